check files/tested
check -C files/tested
build -o out files/tested
check --format json --set nope=1 --set other=2 files/tested
check --format junit --set nope=1 files/tested
