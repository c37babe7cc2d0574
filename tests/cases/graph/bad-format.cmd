graph bad-format.mrp --format sarif
