apply nested_inside.mrp --sandbox --yes --quiet --set nested=false
sandbox put east.bucket.templates nested_inside.mrp --file files/child.json
plan nested_inside.mrp --sandbox
# it fails inside
sandbox fail east.app.jobs.Queue nested_inside.mrp --reason "no queue"
apply nested_inside.mrp --sandbox --yes
status nested_inside.mrp --sandbox
apply nested_inside.mrp --sandbox --yes --verbose
plan nested_inside.mrp --sandbox
plan nested_inside.mrp --sandbox --regions all
plan nested_inside.mrp --sandbox --set name=other
# the way back fails inside as well
sandbox fail east.app.late nested_inside.mrp --on update --reason "too late"
sandbox fail east.app.jobs.Queue nested_inside.mrp --on rollback --reason "no way back"
sandbox fail east.app.jobs.Queue nested_inside.mrp --on rollback --reason "still no way back"
apply nested_inside.mrp --sandbox --yes --quiet --set wait=40
rescue nested_inside.mrp --sandbox --yes
rescue nested_inside.mrp --sandbox --yes --skip
# removed, with what is in it
plan nested_inside.mrp --sandbox --set nested=false
apply nested_inside.mrp --sandbox --yes --quiet --set wait=40
sandbox fail east.app.jobs.Queue nested_inside.mrp --on delete --reason "in use"
destroy nested_inside.mrp --sandbox --yes=dev
status nested_inside.mrp --sandbox
rescue east.app nested_inside.mrp --sandbox --yes
plan nested_inside.mrp --sandbox --quick
