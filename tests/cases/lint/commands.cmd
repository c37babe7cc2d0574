check --format json commands.mrp
check --format github commands.mrp
build -o out commands.mrp
test commands.mrp
plan --sandbox --quick commands.mrp
explain log-retention
