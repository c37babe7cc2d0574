# Reads Markdown files; prints "anchor FILE NAME" for each heading, "link FILE:LINE TARGET" for each link. Code, in
# blocks and between backquotes, has neither.
FNR == 1 { in_code = 0; split("", seen) }
/^ *```/ { in_code = !in_code; next }
in_code { next }
{
    line = $0
    if (line ~ /^#+ /) anchor(line)
    gsub(/`[^`]*`/, "", line)
    while (match(line, /\]\([^()]*(\([^()]*\))?[^()]*\)/)) {
        target = substr(line, RSTART + 2, RLENGTH - 3)
        sub(/ +"[^"]*"$/, "", target)
        print "link", FILENAME ":" FNR, target
        line = substr(line, RSTART + RLENGTH)
    }
}

# As GitHub names the places of headings.
function anchor(heading,    name) {
    sub(/^#+ +/, "", heading)
    name = tolower(heading)
    gsub(/\[|\]\([^)]*\)/, "", name)
    gsub(/[^a-z0-9 _-]/, "", name)
    gsub(/ /, "-", name)
    print "anchor", FILENAME, seen[name]++ ? name "-" (seen[name] - 1) : name
}
