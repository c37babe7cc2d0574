apply rename_refused.mrp --sandbox --yes --quiet
plan rename_refused.mrp --sandbox --set step=1
plan rename_refused.mrp --sandbox --set step=2
