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
syn match mrpMeta /@\%(<META/>\)\>/

" Words: those that are reserved, and those that are words in their place only.
syn match mrpControl /\<\%(<CONTROL/>\)\>/
syn match mrpConstant /\<\%(<CONSTANT/>\)\>/
syn match mrpValue /\<\%(<VALUE/>\)\>\%((\|\s*=[=>]\@!\)\@!/
syn match mrpBuiltin /\<\%(<BUILTIN/>\)(\@=/
syn match mrpType /\%(:\s*[\[{]*\|[\[{|(]\s*\|\<deploy \|\<type\s\+\h\w*\s*=\s*\)\@99<=\%(<TYPE/>\)\>\%(\s*[.(]\)\@!/
syn match mrpPlace /\%(:\s*\)\@99<=deploy\>\%(\s\+[^=]\)\@=/
syn match mrpPlace /\%(\<deploy\s\+\)\@99<=ssm(\@=/
syn match mrpPlace /\<check\>\%(\s\+[[:alnum:]_"'!({[-]\)\@=/
syn match mrpPlace /^\s*\zsreturn\>\%(\%(\s*=\)\@!\)\@=/
syn match mrpDeclaration /\<\%(param\|resource\|action\)\>\%(\s\+\h\w*\s*::\@!\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(let\|output\)\>\%(\s\+\h\w*\s*\%(::\@!\|=[=>]\@!\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<type\>\%(\s\+\h\w*\s*=[=>]\@!\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<fn\>\%(\s\+\h\w*\s*(\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(component\|project\|stack\|stage\|pipeline\)\>\%(\s\+\%(\%(<CONTROL/>\)\>\)\@!\h\w*\s*\%({\|\<\%(in\|for\|if\)\>\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<region\>\%(\s\+\%(\%(<CONTROL/>\)\>\)\@!\h\w*\%(\s*,\s*\h\w*\)*\s*\%(["'{]\|\<in\>\)\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpDeclaration /\<\%(test\|policy\)\>\%(\s*["']\)\@=/
syn match mrpDeclaration /\<with\>\%(\s*{\)\@=/
syn match mrpDeclaration /\<assert\>\%(\s\+[[:alnum:]_"'!({[-]\)\@=/
syn match mrpDeclaration /^\s*\zs\%(<DECLARATION/>\)\>\%(\s\+\%(\%(<CONTROL/>\)\>\)\@!\h\)\@=/ skipwhite nextgroup=mrpDeclared
syn match mrpImport /\<import\>\%(\s\+[[:alnum:]_"']\)\@=/
syn match mrpImport /\%(\<import\s\+\S\+\s\+\)\@99<=as\>/
syn match mrpDeclared /\%(\%(<CONTROL/>\|<CONSTANT/>\)\>\)\@!\h\w*/ contained
" Behind = they are names.
syn match mrpName /\%(=\s*\)\@99<=\%([=!<>]=\s*\)\@99<!\%(<DECLARATION/>\|<PLACE/>\)\>(\@!/

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
