check --format github check-github.mrp
