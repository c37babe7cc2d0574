plan two_regions.mrp --sandbox
apply two_regions.mrp --sandbox --yes
plan two_regions.mrp --sandbox --detailed-exitcode
status two_regions.mrp --sandbox
destroy two_regions.mrp --sandbox --yes=dev
status two_regions.mrp --sandbox
