" :make runs mrp check; its messages go to the quickfix list.
if exists('current_compiler')
  finish
endif
let current_compiler = 'mrp'
CompilerSet makeprg=mrp\ check\ --color\ never\ --columns\ bytes\ %:S
CompilerSet errorformat=%Eerror:\ %m,%Wwarning:\ %m,%C\ %#-->\ %f:%l:%c,%C\ %#=\ hint:\ %m,%-Znote:%.%#,%-Z,%-C%.%#,%-G%.%#
