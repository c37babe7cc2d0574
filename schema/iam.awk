# Makes rows of the table of schema/iam.c, {"prefix", " action action "}, from iam.txt.
/^#/ { next }
{
    prefix = $1
    sub(/^[^ ]* /, "")
    printf "    {\"%s\",\n     \" %s \"},\n", prefix, $0
}
