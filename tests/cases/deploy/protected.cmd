apply protected.mrp --sandbox --yes --quiet
destroy protected.mrp --sandbox --yes=dev
plan protected.mrp --sandbox --set jobs_name=tasks
plan protected.mrp --sandbox --set safe=false
apply protected.mrp --sandbox --yes --quiet --set safe=false
plan protected.mrp --sandbox --set safe=false
destroy protected.mrp --sandbox --yes=dev --set safe=false
