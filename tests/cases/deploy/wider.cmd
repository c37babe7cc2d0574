apply wider.mrp --sandbox --yes --quiet
plan wider.mrp --sandbox --set step=1
plan wider.mrp --sandbox --set step=1 --quick
apply wider.mrp --sandbox --yes --quiet --set step=1
plan wider.mrp --sandbox --set step=2
plan wider.mrp --sandbox
