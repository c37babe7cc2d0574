# Makes rows of struct page, {"name", "text"}, from Markdown files; the name is the file's.
function close_row() { if (open) print "    }," }
FNR == 1 {
    close_row()
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.md$/, "", name)
    printf "    {\"%s\",\n", name
    open = 1
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\\&")
    gsub(/\t/, "\\t")
    printf "     \"%s\\n\"\n", $0
}
END { close_row() }
