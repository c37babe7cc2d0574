apply --sandbox --yes --format json program.mrp
