# Makes the text of schema/iam.c, a line "prefix action action", from iam.txt.
/^#/ { next }
{ printf "    \"%s\\n\"\n", $0 }
