plan json.mrp --sandbox --format json
apply json.mrp --sandbox --yes --format json
status json.mrp --sandbox --format json
destroy json.mrp --sandbox --yes=dev --format json
