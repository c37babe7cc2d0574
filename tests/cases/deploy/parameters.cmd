check parameters.mrp
apply parameters.mrp --sandbox --yes
plan parameters.mrp --sandbox
apply parameters.mrp --sandbox --yes --set wait=60
plan parameters.mrp --sandbox
