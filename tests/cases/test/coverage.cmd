test --coverage coverage.mrp
test --coverage --format json coverage.mrp
