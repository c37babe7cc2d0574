apply plan_drift.mrp --sandbox --yes --quiet
plan plan_drift.mrp --sandbox --drift
sandbox change east.jobs plan_drift.mrp --property VisibilityTimeout --value 90
sandbox change east.jobs plan_drift.mrp --property DelaySeconds --value 6
sandbox change west.news plan_drift.mrp --property DisplayName --value '"mine"'
sandbox change east.news plan_drift.mrp
# nothing changes, but by hand
plan plan_drift.mrp --sandbox
plan plan_drift.mrp --sandbox --drift
# the plan sets one of them
plan plan_drift.mrp --sandbox --drift --set wait=40
plan plan_drift.mrp --sandbox --drift --set wait=40 --format json
plan plan_drift.mrp --sandbox --drift --quick
plan plan_drift.mrp --sandbox --revert-drift --set wait=40
apply plan_drift.mrp --sandbox --yes --revert-drift --set wait=40
drift plan_drift.mrp --sandbox --set wait=40
plan plan_drift.mrp --sandbox --revert-drift --set wait=40
