sandbox fail east.late rescue_creation.mrp --quiet
apply rescue_creation.mrp --sandbox --yes --quiet
rescue rescue_creation.mrp --sandbox
rescue rescue_creation.mrp --sandbox --yes
rescue rescue_creation.mrp --sandbox
# its rollback stops as well
sandbox fail east.late rescue_creation.mrp --quiet
sandbox fail east.jobs rescue_creation.mrp --on delete --reason "in use" --quiet
sandbox fail east.jobs rescue_creation.mrp --on delete --reason "still in use" --quiet
apply rescue_creation.mrp --sandbox --yes --quiet
status rescue_creation.mrp --sandbox
rescue east rescue_creation.mrp --sandbox --yes --skip
status rescue_creation.mrp --sandbox
