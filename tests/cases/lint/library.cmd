check --format github library.mrp
