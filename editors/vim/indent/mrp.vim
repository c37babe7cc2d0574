" Indents by the brackets of the line above; texts over several lines stay as they are.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1
setlocal indentexpr=MrpIndent() indentkeys=0},0],0),0=check,!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*MrpIndent')
  finish
endif

" Whether a place is inside a text or a comment; columns count from 1.
function s:Skips(line, column)
  return synIDattr(synID(a:line, a:column, 1), 'name') =~# 'Text\|Raw\|Escape\|Comment\|Doc'
endfunction

" Whether a line begins inside a text over several lines.
function s:InBlock(line)
  return a:line > 1 && synIDattr(get(synstack(a:line, 1), 0, 0), 'name') =~# 'Block'
endfunction

" How many brackets some lines leave open; those that they close first do not count.
function s:Opens(first, last)
  let open = 0
  for line in range(a:first, a:last)
    let text = getline(line)
    for at in range(len(text))
      if text[at] =~# '[{[(]' && !s:Skips(line, at + 1)
        let open += 1
      elseif text[at] =~# '[]})]' && open > 0 && !s:Skips(line, at + 1)
        let open -= 1
      endif
    endfor
  endfor
  return open
endfunction

function MrpIndent()
  if s:InBlock(v:lnum)
    return -1
  endif
  let last = prevnonblank(v:lnum - 1)
  let above = last
  while above > 1 && s:InBlock(above)
    let above -= 1
  endwhile
  let indent = above == 0 ? 0 : indent(above)
  " checks stand deeper than the param or type that they belong to
  let checks = getline(v:lnum) =~# '^\s*check\>\%(\s*=\)\@!'
  let checked = getline(above) =~# '^\s*check\>\%(\s*=\)\@!'
  if checks && !checked
    return indent + shiftwidth()
  elseif checked && !checks
    let indent -= shiftwidth()
  endif
  " the value of a comprehension, on a line of its own
  if getline(above) =~# ':\s*$' && !s:Skips(above, strlen(getline(above)))
    return indent + shiftwidth()
  elseif above > 1 && getline(above - 1) =~# ':\s*$' && !s:Skips(above - 1, strlen(getline(above - 1)))
    let indent -= shiftwidth()
  endif
  if above > 0 && s:Opens(above, last) > 0
    let indent += shiftwidth()
  endif
  if getline(v:lnum) =~# '^\s*[]})]'
    let indent -= shiftwidth()
  endif
  return indent < 0 ? 0 : indent
endfunction
