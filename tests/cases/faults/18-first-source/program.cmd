apply --sandbox --yes program.mrp
apply --sandbox --yes program.mrp
