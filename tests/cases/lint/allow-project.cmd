check allow-project.mrp
check --allow unencrypted allow-project.mrp
check --allow unencrypted --deny log-retention allow-project.mrp
