# a first deploy: what was made is deleted again
sandbox fail west.setting rollback.mrp --on create --reason "Rate exceeded"
apply rollback.mrp --sandbox --yes --quiet
status rollback.mrp --sandbox
apply rollback.mrp --sandbox --yes --quiet
# an update: the first region goes back
sandbox fail west.setting rollback.mrp --on update --reason "Internal error"
apply rollback.mrp --sandbox --yes --set wait=60
plan rollback.mrp --sandbox
# kept, then taken back after all
sandbox fail west.setting rollback.mrp --on update
apply rollback.mrp --sandbox --yes --quiet --keep --set wait=90
plan rollback.mrp --sandbox
resume rollback.mrp --sandbox --rollback
plan rollback.mrp --sandbox
resume rollback.mrp --sandbox
sandbox reset rollback.mrp
status rollback.mrp --sandbox
