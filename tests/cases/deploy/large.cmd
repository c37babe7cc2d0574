apply large.mrp --sandbox --yes --quiet
plan large.mrp --sandbox
destroy large.mrp --sandbox --yes=dev --quiet
