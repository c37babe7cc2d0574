sandbox fail east.hidden quoted.mrp --reason "the value hunter-two is too short"
apply quoted.mrp --sandbox --yes
status quoted.mrp --sandbox --format json
