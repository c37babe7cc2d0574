check allow-reason.mrp
check --deny log-retention allow-reason.mrp
