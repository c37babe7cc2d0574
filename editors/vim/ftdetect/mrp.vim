" Files of the mrp language.
autocmd BufRead,BufNewFile *.mrp setfiletype mrp
