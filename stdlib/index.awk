# Makes stdlib/index.inc, what each declaration of the library mentions (stdlib/library.h), of all
# of stdlib/NAME.mrp, which are given twice: after pass=1 and after pass=2.
#
# A declaration is the lines from the comment right above it to the next one. What it mentions is
# told by words, comment lines apart: each that is a name of its own file; and each behind a dot,
# or imported by name, that is a public name of a file that imports lead to. So it may list what is
# not meant, and never misses what is.

function module_of(file) {
    sub(/.*\//, "", file)
    sub(/\.mrp$/, "", file)
    return "std." file
}

function begin_declaration(line,   words) {
    if (module in first) end[count - 1] = above
    else first[module] = count
    start[count] = count == first[module] ? 0 : above
    last[module] = count
    split(line, words, /[ =({:<]+/)
    kind[count] = words[1]
    if (words[1] in space) {
        name[count] = words[2]
        declared[module, words[2]] = declared[module, words[2]] " " count
    }
    count++
}

# import std.NAME | import std.NAME as ALIAS | import std.NAME { A, B }, perhaps on several lines.
function note_import(line,   words, n, i) {
    n = split(line, words, /[ ,{}]+/)
    if (words[1] == "import") {
        imports[module] = imports[module] " " words[2]
        from = line ~ /[{]/ ? words[2] : ""
        if (from == "") offer(words[3] == "as" ? words[4] : substr(words[2], 5), "")
        if (from == "") return
    }
    for (i = words[1] == "import" ? 3 : 1; i <= n; i++) {
        if (words[i] == "") continue
        taken[module, words[i]] = 1
        offer(words[i], from)
    }
    if (line ~ /[}]/) from = ""
}

# A name that an import brings: of that module, or of the module itself.
function offer(name, of) {
    offers[module] = offers[module] " " name ":" of
}

function reach(module, from,   names, n, i) {
    n = split(imports[from], names, " ")
    for (i = 1; i <= n; i++) {
        if ((module, names[i]) in reached) continue
        reached[module, names[i]] = 1
        reachable[module] = reachable[module] " " names[i]
        reach(module, names[i])
    }
}

function mention(ids,   list, n, i) {
    n = split(ids, list, " ")
    for (i = 1; i <= n; i++) {
        if (list[i] == current || (current, list[i]) in seen) continue
        seen[current, list[i]] = 1
        mentions[current] = mentions[current] " " list[i]
    }
}

function mention_words(line,   word, is_member, names, n, i) {
    while (match(line, /[A-Za-z_][A-Za-z0-9_]*/)) {
        word = substr(line, RSTART, RLENGTH)
        is_member = RSTART > 1 && substr(line, RSTART - 1, 1) == "."
        line = substr(line, RSTART + RLENGTH)
        if ((module, word) in declared) mention(declared[module, word])
        if (word ~ /^_/ || !(is_member || (module, word) in taken)) continue
        n = split(reachable[module], names, " ")
        for (i = 1; i <= n; i++) {
            if ((names[i], word) in declared) mention(declared[names[i], word])
        }
    }
}

function spaces(ids,   list, n, i, text) {
    n = split(ids, list, " ")
    for (i = 1; i <= n; i++) text = text (i > 1 ? " | " : "") space[kind[list[i]]]
    return text
}

BEGIN {
    space["component"] = space["type"] = "LIBRARY_TYPE"
    space["fn"] = "LIBRARY_FUNCTION"
    space["let"] = "LIBRARY_VALUE"
}

FNR == 1 {
    if (count && !is_linked) end[count - 1] = offset
    for (i = 0; pass == 2 && !is_linked && i < module_count; i++) reach(modules[i], modules[i])
    is_linked = pass == 2
    module = module_of(FILENAME)
    if (pass == 1) {
        number[module] = module_count
        modules[module_count++] = module
    } else current = first[module]
    offset = was_comment = in_text = 0
}

pass == 1 {
    if (!was_comment) above = offset
    was_comment = $0 ~ /^#/
    if ($0 ~ /^[a-z]/ && !in_text) begin_declaration($0)
    if (from != "" || $0 ~ /^import /) note_import($0)
}

pass == 2 {
    while (current < last[module] && offset >= end[current]) current++
    if (kind[current] != "import" && (in_text || $0 !~ /^[ \t]*#/)) mention_words($0)
}

{
    if ($0 ~ /"""/) in_text = !in_text
    offset += length($0) + 1
}

function print_declarations(   i, k, n, at, list) {
    print "static const uint16_t mentions[] = {"
    for (i = 0; i < count; i++) {
        n = split(mentions[i], list, " ")
        for (k = 1; k <= n; k++) printf "    %d,\n", list[k]
    }
    print "};\nconst struct library_declaration library_declarations[] = {"
    for (i = 0; i < count; i++) {
        n = split(mentions[i], list, " ")
        printf "    {\"%s\", %d, %d, mentions + %d, %d},\n", name[i], start[i], end[i], at, n
        at += n
    }
    printf "};\nconst uint32_t library_declaration_count = %d;\n", count
}

# Those that are declared, then those that imports bring: the checker's order. Sets name_count.
function print_names(module,   i, n, list, pair) {
    name_count[module] = 0
    for (i = first[module]; i <= last[module]; i++) {
        if (name[i] == "" || name[i] ~ /^_/) continue
        printf "    {\"%s\", %s},\n", name[i], space[kind[i]]
        name_count[module]++
    }
    n = split(offers[module], list, " ")
    for (i = 1; i <= n; i++) {
        split(list[i], pair, ":")
        printf "    {\"%s\", %s},\n", pair[1],
               pair[2] == "" ? "LIBRARY_VALUE | LIBRARY_TYPE" : spaces(declared[pair[2], pair[1]])
        name_count[module]++
    }
}

function print_modules(   m, n, i, names, at, module, list) {
    print "static const struct library_name names[] = {"
    for (m = 0; m < module_count; m++) print_names(modules[m])
    print "};\nstatic const uint16_t imports[] = {"
    for (m = 0; m < module_count; m++) {
        n = split(imports[modules[m]], list, " ")
        for (i = 1; i <= n; i++) printf "    %d,\n", number[list[i]]
    }
    print "};\nstatic const struct library_index indexes[] = {"
    for (m = 0; m < module_count; m++) {
        module = modules[m]
        n = split(imports[module], list, " ")
        printf "    {%d, %d, names + %d, %d, imports + %d, %d},\n", first[module],
               last[module] - first[module] + 1, names, name_count[module], at, n
        names += name_count[module]
        at += n
    }
    print "};"
}

END {
    print_declarations()
    print_modules()
}
