check --quiet allow-reason-near.mrp
check --quiet --deny log-retention allow-reason-near.mrp
check --quiet --allow log-retention allow-reason-near.mrp
build -o out allow-reason-near.mrp
