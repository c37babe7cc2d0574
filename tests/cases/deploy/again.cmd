apply again.mrp --sandbox --yes --quiet
sandbox fail east.jobs again.mrp --on delete
destroy again.mrp --sandbox --yes=dev --quiet
status again.mrp --sandbox
plan again.mrp --sandbox
apply again.mrp --sandbox --yes
plan again.mrp --sandbox
