test files/beside/pipeline.mrp
test files/beside/pipeline_test.mrp
test -C files/beside
test files/beside/more_test.mrp --coverage
test files/beside --only another
check files/beside
test files/beside/other.mrp
test files/beside/other_test.mrp
test files/wrong
