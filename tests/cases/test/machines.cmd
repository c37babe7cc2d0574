test --format json machines.mrp
test --format junit machines.mrp
