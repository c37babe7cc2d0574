" Vim syntax file
" Language: mrp
" Made by editors/generate from editors/templates and editors/words.def; edit those.
if exists('b:current_syntax')
  finish
endif
let s:save = &cpo
set cpo&vim
syntax case match
syntax sync minlines=200

" Of two items that begin at one place the later one wins.
syn match mrpName /\<\h\w*\>/
syn match mrpFunction /\<\h\w*(\@=/
syn match mrpKey /\<\h\w*\>\%(\s*=[=>]\@!\)\@=/
syn match mrpNumber /\<\%(0\|[1-9]\%(_\?\d\)*\)\%(\.\d\%(_\?\d\)*\)\?\>/
syn match mrpOperator /[-+*\/%!<>=|&?:]/
syn match mrpRange /\.\.\.\?/
syn match mrpMember /?\?\.\s*\h\w*/
syn match mrpAwsType /\<\h\w*\%(::\w\+\)\+/
syn match mrpMetaUnknown /@\h\w*/
syn match mrpMeta /@\%(add\|creation_policy\|deletion_policy\|depends_on\|existing\|id\|ignore_changes\|metadata\|protect\|update_policy\|update_replace_policy\|was\)\>/

" Words: those that are reserved, and those that are words in their place only.
syn match mrpControl /\<\%(if\|then\|else\|for\|in\)\>/
syn match mrpConstant /\<\%(true\|false\|null\)\>/
syn match mrpValue /\<\%(here\|account\|partition\|it\|stacks\)\>\%((\|\s*=[=>]\@!\)\@!/
syn match mrpBuiltin /\<\%(abs\|account_name\|all\|any\|arn\|artifact\|at\|azs\|base64\|base64_decode\|basename\|bool\|camel_case\|capitalize\|capture\|ceil\|chars\|chunk\|cidr\|cidr_contains\|cidr_host\|cidr_netmask\|cidr_overlaps\|cidr_prefix\|cidr_size\|cidr_subnet\|cidr_subnets\|clamp\|coalesce\|compact\|concat\|contains\|count\|csv\|date_add\|date_difference\|date_format\|date_from_unix\|date_parts\|date_unix\|days\|dedent\|deep_merge\|delivered_parameters\|delivered_reads\|difference\|dirname\|distinct\|div\|drop\|ends_with\|env\|error\|extension\|file\|file_base64\|file_sha256\|fill\|find_all\|first\|flatten\|floor\|format\|from_entries\|get\|glob\|group_by\|handler_actions\|has\|hex\|hex_decode\|hours\|iam_action\|in_days\|in_hours\|in_minutes\|indent\|index_by\|index_of\|int\|intersection\|invert\|is_existing\|is_known\|is_subset\|iso_duration\|join\|json\|kebab_case\|keys\|last\|length\|lines\|logical_id\|lower\|match\|match_all\|matches\|max\|md5\|merge\|min\|minutes\|mod\|mrp_package\|name\|number\|omit\|one\|pad_left\|pad_right\|parse_int\|pascal_case\|pick\|pluck\|pow\|product\|program_inputs\|prune\|range\|regex_escape\|regex_replace\|regex_split\|region_of\|regional_name\|repeat\|replace\|reverse\|round\|seconds\|secret_ref\|select\|sha1\|sha256\|sha512\|shell_quote\|short_hash\|slice\|slugify\|snake_case\|sort\|sort_by\|split\|sqrt\|ssm_ref\|ssm_secure_ref\|stack_facts\|stack_name\|starts_with\|string\|substring\|suffix\|sum\|take\|title\|to_entries\|to_json\|to_yaml\|trim\|trim_end\|trim_prefix\|trim_start\|trim_suffix\|trunc\|truncate\|type_of\|union\|upper\|url_decode\|url_encode\|uuid5\|values\|weeks\|words\|written\|yaml\|yaml_all\|zip\|zip_map\|zones\)(\@=/
syn match mrpType /\%(:\s*[\[{]*\|[\[{|(]\s*\|\<deploy \|\<type\s\+\h\w*\s*=\s*\)\@99<=\%(string\|int\|number\|bool\|json\|secret\|Region\|Artifact\)\>\%(\s*[.(]\)\@!/
syn match mrpPlace /\%(:\s*\)\@99<=deploy\>\%(\s\+[^=]\)\@=/
syn match mrpPlace /\%(\<deploy\s\+\)\@99<=ssm(\@=/
syn match mrpPlace /\<check\>\%(\s\+[[:alnum:]_"'!({[-]\)\@=/
syn match mrpPlace /^\s*\zsreturn\>\%(\%(\s*=\)\@!\)\@=/
syn match mrpDeclaration /\<\%(param\|resource\|action\)\>\%(\s\+\h\w*\s*::\@!\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(let\|output\)\>\%(\s\+\h\w*\s*\%(::\@!\|=[=>]\@!\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<type\>\%(\s\+\h\w*\s*=[=>]\@!\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<fn\>\%(\s\+\h\w*\s*(\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(component\|project\|stack\|stage\|pipeline\)\>\%(\s\+\%(\%(if\|then\|else\|for\|in\)\>\)\@!\h\w*\s*\%({\|\<\%(in\|for\|if\)\>\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<region\>\%(\s\+\%(\%(if\|then\|else\|for\|in\)\>\)\@!\h\w*\%(\s*,\s*\h\w*\)*\s*\%(["'{]\|\<in\>\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(test\|policy\)\>\%(\s*["']\)\@=/
syn match mrpDeclaration /\<with\>\%(\s*{\)\@=/
syn match mrpDeclaration /\<assert\>\%(\s\+[[:alnum:]_"'!({[-]\)\@=/
syn match mrpDeclaration /^\s*\zs\%(import\|param\|let\|fn\|type\|component\|project\|region\|stack\|resource\|pipeline\|stage\|action\|output\|assert\|test\|policy\|with\)\>\%(\s\+\%(\%(if\|then\|else\|for\|in\)\>\)\@!\h\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpImport /\<import\>\%(\s\+[[:alnum:]_"']\)\@=/
syn match mrpImport /\%(\<import\s\+\S\+\s\+\)\@99<=as\>/
syn match mrpDeclared /\%(\%(if\|then\|else\|for\|in\|true\|false\|null\)\>\)\@!\h\w*/ contained
" Behind = they are names.
syn match mrpName /\%(=\s*\)\@99<=\%([=!<>]=\s*\)\@99<!\%(import\|param\|let\|fn\|type\|component\|project\|region\|stack\|resource\|pipeline\|stage\|action\|output\|assert\|test\|policy\|with\|check\|deploy\|ssm\|as\|return\)\>(\@!/

syn match mrpComment /#.*$/ contains=@Spell,mrpTodo
syn match mrpDoc /^\s*###\@!.*$/ contains=@Spell,mrpTodo
syn keyword mrpTodo TODO FIXME XXX contained

" Texts. What is inside the ${ } of a text on one line ends with that line.
syn cluster mrpLineCode contains=mrpName,mrpFunction,mrpKey,mrpNumber,mrpOperator,mrpRange,mrpMember,mrpAwsType,mrpMeta,mrpMetaUnknown,mrpControl,mrpConstant,mrpValue,mrpBuiltin,mrpText,mrpRaw,mrpLineBraces
syn cluster mrpCode contains=@mrpLineCode,mrpTextBlock,mrpRawBlock,mrpBraces,mrpComment,mrpDoc
syn match mrpEscape /\\\%([ntr"\\$]\|u{\x\{1,6}}\)/ contained
syn match mrpEscapeUnknown /\\\%([ntr"\\$]\|u{\x\{1,6}}\)\@!./ contained
syn region mrpText start=/"/ skip=/\\./ end=/"/ end=/$/ oneline contains=mrpEscape,mrpEscapeUnknown,mrpLineInterpolation keepend extend
syn region mrpLineInterpolation matchgroup=mrpInterpolation start=/\${/ end=/}/ end=/$/ oneline contained contains=@mrpLineCode extend
syn region mrpLineBraces start=/{/ end=/}/ end=/$/ oneline contained contains=@mrpLineCode transparent extend
" One over several lines that is not closed ends before the line on which the next one begins, as the compiler has it.
syn region mrpTextBlock start=/"""/ skip=/\\./ end=/"""/ contains=mrpEscape,mrpEscapeUnknown,mrpBlockInterpolation keepend extend
syn region mrpTextBlock start=/"""\s*$/ skip=/\\./ end=/"""/ end=/^\%(\%(\\.\|\${[^}"]*}\|\%("""\|\${\)\@!.\)*[=(\[,:]\s*"""\s*$\)\@=/ end=/^\%(\%(\%(project\|component\)\s\+\h\w*\|region\s\+\h[^{"]*\%("[^"]*"\)\=\|pipeline\s\+\h\w*\s\+in\>[^{]*\|\%(test\|policy\)\s\+"[^"]*"\)\s*{\s*$\)\@=/ contains=mrpEscape,mrpEscapeUnknown,mrpBlockInterpolation keepend extend
syn region mrpBlockInterpolation matchgroup=mrpInterpolation start=/\${/ end=/}/ contained contains=@mrpCode extend
syn region mrpBraces start=/{/ end=/}/ contained contains=@mrpCode transparent extend
syn match mrpRaw /'[^']*\%('\|$\)/
syn region mrpRawBlock start=/'''/ end=/'''/
syn region mrpRawBlock start=/'''\s*$/ end=/'''/ end=/^\%(\%(\%('''\)\@!.\)*[=(\[,:]\s*'''\s*$\)\@=/ end=/^\%(\%(\%(project\|component\)\s\+\h\w*\|region\s\+\h[^{"]*\%("[^"]*"\)\=\|pipeline\s\+\h\w*\s\+in\>[^{]*\|\%(test\|policy\)\s\+"[^"]*"\)\s*{\s*$\)\@=/

hi def link mrpFunction Function
hi def link mrpKey Identifier
hi def link mrpNumber Number
hi def link mrpOperator Operator
hi def link mrpRange Operator
hi def link mrpAwsType Type
hi def link mrpMeta PreProc
hi def link mrpMetaUnknown Error
hi def link mrpControl Conditional
hi def link mrpConstant Constant
hi def link mrpValue Special
hi def link mrpBuiltin Function
hi def link mrpType Type
hi def link mrpPlace Statement
hi def link mrpDeclaration Keyword
hi def link mrpDeclared Identifier
hi def link mrpImport Include
hi def link mrpComment Comment
hi def link mrpDoc SpecialComment
hi def link mrpTodo Todo
hi def link mrpText String
hi def link mrpTextBlock String
hi def link mrpRaw String
hi def link mrpRawBlock String
hi def link mrpEscape SpecialChar
hi def link mrpEscapeUnknown Error
hi def link mrpInterpolation Delimiter

let b:current_syntax = 'mrp'
let &cpo = s:save
unlet s:save
