rescue rescue.mrp --sandbox
apply rescue.mrp --sandbox --yes --quiet
# the way back of an update fails, twice
sandbox fail east.late rescue.mrp --set wait=40
sandbox fail east.jobs rescue.mrp --on rollback --reason "no way back"
sandbox fail east.jobs rescue.mrp --on rollback --reason "still no way back"
apply rescue.mrp --sandbox --yes --quiet --set wait=40
status rescue.mrp --sandbox
plan rescue.mrp --sandbox
rescue rescue.mrp --sandbox
rescue rescue.mrp --sandbox --yes
rescue shop-dev rescue.mrp --sandbox --yes --skip
rescue nothing rescue.mrp --sandbox
drift rescue.mrp --sandbox
# a deletion fails, twice
sandbox fail east.jobs rescue.mrp --on delete --reason "no"
destroy rescue.mrp --sandbox --yes=dev --quiet
sandbox fail east.jobs rescue.mrp --on delete --reason "no again"
rescue east rescue.mrp --sandbox --yes
rescue east rescue.mrp --sandbox --yes --skip
status rescue.mrp --sandbox
