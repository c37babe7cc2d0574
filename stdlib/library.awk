# Makes rows of the tables of stdlib/library.c from .mrp files: {"std.NAME", "source"}, with
# paths=1 {"std.NAME", "std/NAME.mrp", "source"}.
function close_row() { if (open) print "    }," }
FNR == 1 {
    close_row()
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.mrp$/, "", name)
    printf "    {\"std.%s\",\n", name
    if (paths) printf "     \"std/%s.mrp\",\n", name
    open = 1
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\\&")
    gsub(/\t/, "\\t")
    gsub(/\?/, "\\?") # no trigraphs
    printf "     \"%s\\n\"\n", $0
}
END { close_row() }
