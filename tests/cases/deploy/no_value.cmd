plan no_value.mrp --sandbox
apply no_value.mrp --sandbox --yes --quiet --set wait=45
plan no_value.mrp --sandbox
plan no_value.mrp --sandbox --set wait=46 --detailed-exitcode
