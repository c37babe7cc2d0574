test failing.mrp
