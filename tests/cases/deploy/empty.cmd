apply empty.mrp --sandbox --yes --quiet
sandbox put east.store empty.mrp --objects 1500
sandbox put east.jobs empty.mrp
sandbox put east.store empty.mrp --objects 0
destroy empty.mrp --sandbox --yes=dev
apply empty.mrp --sandbox --yes --quiet
sandbox put east.store empty.mrp --objects 3
destroy empty.mrp --sandbox --yes=dev --format json
status empty.mrp --sandbox
