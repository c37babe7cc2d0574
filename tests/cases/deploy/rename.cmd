apply rename.mrp --sandbox --yes --quiet
plan rename.mrp --sandbox --set step=1
plan rename.mrp --sandbox --set step=1 --format json
apply rename.mrp --sandbox --yes --set step=1
# harmless once done
plan rename.mrp --sandbox --set step=1
status rename.mrp --sandbox --set step=1
destroy rename.mrp --sandbox --yes=dev --quiet
# and on a fresh deployment
apply rename.mrp --sandbox --yes --quiet --set step=1
destroy rename.mrp --sandbox --yes=dev --quiet
# with a change in the same run
apply rename.mrp --sandbox --yes --quiet
apply rename.mrp --sandbox --yes --set step=2
# the update fails: the new name stays
destroy rename.mrp --sandbox --yes=dev --quiet
apply rename.mrp --sandbox --yes --quiet
sandbox fail east.jobs rename.mrp --on update --set step=2
apply rename.mrp --sandbox --yes --quiet --set step=2
plan rename.mrp --sandbox --set step=2
