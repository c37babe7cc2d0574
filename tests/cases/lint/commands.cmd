check --format json commands.mrp
check --format github commands.mrp
check --format sarif commands.mrp
check --format junit commands.mrp
build -o out commands.mrp
test commands.mrp
plan --sandbox --quick commands.mrp
explain log-retention
