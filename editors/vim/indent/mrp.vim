" Indents as mrp fmt does; texts over several lines stay as they are.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1
setlocal indentexpr=MrpIndent() indentkeys=0},0],0),0=check,0=then,0=else,!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*MrpIndent')
  finish
endif

" What a line that goes on ends with, and what one begins with that goes on from the line above.
let s:ends = '\%([-+*/%|=<>]\|&&\|??\|\.\.\|[.@]\@1<!\<in\)$'
let s:begins = '^\s*\%(||\|&&\|??\|[+*/%]\|[=!<>]=\|[<>]\|?\?\.\h\)'
let s:asks = '^\s*\%(assert\>\|\%(\%(param\|type\)\>.*\)\?\<check\>\%(\s*=\)\@!\)'
let s:skips = 's:Skips(line("."), col("."))'

" Whether a place is inside a text or a comment; columns count from 1.
function s:Skips(line, column)
  return synIDattr(synID(a:line, a:column, 1), 'name') =~# 'Text\|Raw\|Escape\|Comment\|Doc'
endfunction

" Whether a line begins inside a text over several lines.
function s:InBlock(line)
  return a:line > 1 && synIDattr(get(synstack(a:line, 1), 0, 0), 'name') =~# 'Block'
endfunction

" A line without the comment at its end.
function s:Code(line)
  let text = getline(a:line)
  let at = match(text, '#')
  while at >= 0 && synIDattr(synID(a:line, at + 1, 1), 'name') !~# 'Comment\|Doc'
    let at = match(text, '#', at + 1)
  endwhile
  return substitute(at < 0 ? text : strpart(text, 0, at), '\s*$', '', '')
endfunction

" The last line above with code on it; 0 for none.
function s:Above(line)
  let above = prevnonblank(a:line - 1)
  while above > 0 && s:Code(above) ==# '' && !s:InBlock(above)
    let above = prevnonblank(above - 1)
  endwhile
  return above
endfunction

" Where the text begins in which a line ends, or the line itself.
function s:TextStart(line)
  let line = a:line
  while line > 1 && s:InBlock(line)
    let line -= 1
  endwhile
  return line
endfunction

" How many brackets some lines leave open; those that they close first do not count.
function s:Opens(first, last)
  let open = 0
  for line in range(a:first, a:last)
    let text = getline(line)
    let at = match(text, '[][{}()]')
    while at >= 0
      if text[at] =~# '[{[(]' && !s:Skips(line, at + 1)
        let open += 1
      elseif text[at] =~# '[]})]' && open > 0 && !s:Skips(line, at + 1)
        let open -= 1
      endif
      let at = match(text, '[][{}()]', at + 1)
    endwhile
  endfor
  return open
endfunction

" The line with the other end of what a line begins with: a bracket, "then" or "else"; 0 for none.
function s:Partner(line)
  let word = matchstr(getline(a:line), '^\s*\zs\%([]})]\|\%(then\|else\)\>\)')
  let pairs = {'}': '{', ']': '\[', ')': '(', 'then': '\<if\>', 'else': '\<then\>'}
  if word ==# '' || s:InBlock(a:line)
    return 0
  endif
  call cursor(a:line, indent(a:line) + 1)
  let end = word ==# ']' ? '\]' : word =~# '\w' ? '\<' . word . '\>' : word
  return max([searchpair(pairs[word], '', end, 'bnW', s:skips, max([1, a:line - 1000])), 0])
endfunction

" Whether an expression goes on from the line above.
function s:GoesOn(above, line)
  return a:above > 0 && (s:Code(a:above) =~# s:ends || getline(a:line) =~# s:begins)
endfunction

" Whether the message of a check or an assert follows a line.
function s:AwaitsMessage(line)
  if a:line == 0 || s:Code(a:line) !~# ',$'
    return 0
  endif
  let first = s:First(a:line, 0)
  return getline(first) =~# s:asks && s:Opens(first, a:line) == 0
endfunction

" The line on which begins what a line belongs to. messages: the assert, not the message below it.
function s:First(line, messages)
  let line = s:TextStart(a:line)
  let partner = s:Partner(line)
  if partner > 0 && partner < line
    return s:First(partner, a:messages)
  endif
  let above = s:Above(line)
  return s:GoesOn(above, line) || (a:messages && s:AwaitsMessage(above)) ? s:First(above, a:messages) : line
endfunction

" The indentation that counts for what a line opens: a block has that of the "if" or "for" before it.
function s:Level(line)
  let first = s:First(a:line, 1)
  let heads = getline(first) =~# '^\s*\%(}\?\s*else\s\+\)\?\%(if\|for\)\>' && s:Code(a:line) =~# '{$' &&
    \ getline(a:line) !~# '^\s*\%(then\|else\)\>'
  return indent(heads ? first : s:TextStart(a:line))
endfunction

function s:Indent(line)
  let partner = s:Partner(a:line)
  if partner > 0
    let word = matchstr(getline(a:line), '\S\+')
    if word !~# '^\w'
      return s:Level(partner)
    endif
    return indent(partner) + (getline(partner) =~# '^\s*then\>' ? 0 : shiftwidth())
  endif
  let above = s:Above(a:line)
  if above == 0
    return 0
  endif
  let start = s:TextStart(above)
  if s:Opens(start, above) > 0
    return s:Level(above) + shiftwidth()
  endif
  let first = s:First(above, 1)
  let checked = getline(first) =~# '^\s*check\>\%(\s*=\)\@!'
  if getline(a:line) =~# '^\s*check\>\%(\s*=\)\@!'
    return indent(first) + (checked ? 0 : shiftwidth())
  elseif s:Code(above) =~# ':$' || s:GoesOn(above, a:line) || s:AwaitsMessage(above)
    return indent(first) + shiftwidth()
  endif
  return indent(first) - (checked ? shiftwidth() : 0)
endfunction

function MrpIndent()
  if s:InBlock(v:lnum)
    return -1
  endif
  let place = getcurpos()
  let indent = s:Indent(v:lnum)
  call setpos('.', place)
  return indent < 0 ? 0 : indent
endfunction
