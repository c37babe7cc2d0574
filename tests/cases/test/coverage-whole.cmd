test --coverage coverage-whole.mrp
