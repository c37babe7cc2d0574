drift drift.mrp --sandbox
apply drift.mrp --sandbox --yes --quiet
drift drift.mrp --sandbox
sandbox change east.jobs drift.mrp --property VisibilityTimeout --value 99
sandbox change east.jobs drift.mrp --property DelaySeconds
sandbox change east.store drift.mrp --property VersioningConfiguration --value '{"Status":"Suspended","Other":1}'
sandbox change west.news drift.mrp
sandbox change west.none drift.mrp
sandbox change east.jobs drift.mrp --property A --value nojson
sandbox change east.jobs drift.mrp --value 1
drift drift.mrp --sandbox
drift drift.mrp --sandbox --format json
