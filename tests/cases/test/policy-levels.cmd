check --allow policy-warning policy-levels.mrp
check policy-levels.mrp
build --deny policy-warning policy-levels.mrp
test policy-levels.mrp
plan --sandbox --deny policy-warning policy-levels.mrp
