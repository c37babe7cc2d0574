check --strict allow-strict.mrp
build --strict --stdout east allow-strict.mrp
