" Compares the highlighting of Vim with the compiler: reads what tests/editors/tokens says, in the file $TOKENS,
" and writes to $RESULT.
set nocompatible
let s:expected = {
  \ 'comment': '^mrp\(Comment\|Todo\)$',
  \ 'doc': '^mrp\(Doc\|Todo\)$',
  \ 'control': '^mrpControl$',
  \ 'constant': '^mrpConstant$',
  \ 'word': '^mrp\(Declaration\|Import\|Place\)$',
  \ 'name': '^mrp\(Name\|Function\|Key\|Declared\|Value\|Builtin\|Type\)$',
  \ 'aws': '^mrpAwsType$',
  \ 'member': '^mrpMember$',
  \ 'meta': '^mrpMeta\(Unknown\)\?$',
  \ 'number': '^mrpNumber$',
  \ 'string': '^mrp\(Text\|TextBlock\|Raw\|RawBlock\|Escape\)$',
  \ 'interpolation': '^mrpInterpolation$',
  \ 'operator': '^$\|^mrp\(Operator\|Range\|LineInterpolation\|BlockInterpolation\|LineBraces\|Braces\|Type\)$',
  \ 'any': '.'}
let s:passed = 0
let s:failed = 0
let s:out = []
let s:bad = 0

function s:Settle()
  if exists('s:file')
    if s:bad
      let s:failed += 1
    else
      let s:passed += 1
    endif
  endif
  let s:bad = 0
endfunction

" The names of all columns of a line, asked for in one go: matching between two questions would disturb Vim.
let s:line = 0
function s:Name(line, column)
  if s:line != a:line
    let s:line = a:line
    let s:names = map(range(1, strlen(getline(a:line))), 'synID(a:line, v:val, 1)')
  endif
  return synIDattr(s:names[a:column - 1], 'name')
endfunction

function s:Check(line, column, length, class)
  let text = strpart(getline(a:line), a:column - 1, a:length)
  if text =~# '^\s*$'
    return
  endif
  " the first and the last character that is no space
  for at in [a:column + match(text, '\S'), a:column + match(text, '\S\s*$')]
    let name = s:Name(a:line, at)
    if name !~# s:expected[a:class]
      let s:bad = 1
      call add(s:out, 'FAILED ' . s:file . ':' . a:line . ':' . at . ': "' . text . '" is ' . a:class . ' and is ' . name)
      return
    endif
  endfor
endfunction

for s:row in readfile($TOKENS)
  let s:words = split(s:row, ' ')
  if s:words[0] ==# 'file' || s:words[0] ==# 'mistakes'
    call s:Settle()
    unlet! s:file
    if s:words[0] ==# 'file'
      let s:file = s:row[5:]
      execute 'silent edit!' fnameescape(s:file)
      syntax sync fromstart
      let s:line = 0
      if &bomb " its bytes are not in the buffer
        unlet s:file
        continue
      endif
      if &filetype !=# 'mrp'
        call add(s:out, 'FAILED ' . s:file . ': its type is ' . &filetype)
        let s:bad = 1
      endif
    endif
  elseif len(s:words) == 4 && exists('s:file')
    call s:Check(str2nr(s:words[0]), str2nr(s:words[1]), str2nr(s:words[2]), s:words[3])
  endif
endfor
call s:Settle()

" Behind texts that are cut off: each line that says "code" at its end is code.
execute 'silent edit!' fnameescape($CUT)
setfiletype mrp
syntax sync fromstart
let s:wrong = filter(range(1, line('$')), 'getline(v:val) =~# "# code$" && ' .
  \ 'synIDattr(synID(v:val, strlen(getline(v:val)), 1), "name") !=# "mrpComment"')
if empty(s:wrong) && search('# code$', 'n')
  let s:passed += 1
else
  let s:failed += 1
  call add(s:out, 'FAILED ' . $CUT . ': what is cut off goes on in the lines ' . string(s:wrong))
endif

" Indentation: what has none gets that of mrp fmt. Texts over several lines keep theirs.
for s:name in split($FORMATTED, "\n")
  execute 'silent edit!' fnameescape(s:name)
  setfiletype mrp
  syntax sync fromstart
  let s:wanted = getline(1, '$')
  let s:in_text = map(range(1, line('$')), 'synIDattr(get(synstack(v:val, 1), 0, 0), "name") =~# "Block"')
  call setline(1, map(copy(s:wanted), 's:in_text[v:key] ? v:val : substitute(v:val, "^ *", "", "")'))
  silent normal! gg=G
  let s:at = index(map(getline(1, '$'), 'v:val ==# s:wanted[v:key]'), 0)
  if s:at < 0
    let s:passed += 1
  else
    let s:failed += 1
    call add(s:out, 'FAILED ' . s:name . ':' . (s:at + 1) . ': is indented as "' . getline(s:at + 1) . '"')
  endif
endfor

" The messages of mrp check in the quickfix list, where columns are bytes.
compiler! mrp
cgetexpr systemlist(substitute(&makeprg, '%:S', fnameescape($PROGRAM), ''))
let s:found = map(filter(getqflist(), 'v:val.valid'), 'v:val.lnum . ":" . v:val.col . " " . v:val.type . " " . v:val.text')
if len(s:found) == 4 && s:found[0] =~# '^3:38 E .*\[unknown-property]\nDid you mean "QueueName"?$' &&
    \ s:found[1] =~# '^4:70 W .*\[value-not-listed]' && s:found[2] =~# '^5:12 E .*\[duplicate-name]$' &&
    \ s:found[3] =~# '^6:62 E .*\[unknown-property]'
  let s:passed += 1
else
  let s:failed += 1
  call add(s:out, 'FAILED messages: ' . string(s:found) . ' ' . string(getqflist()))
endif

call extend(s:out, [s:passed . ' passed, ' . s:failed . ' failed'])
call writefile(s:out, $RESULT)
quitall!
