apply ask.mrp --sandbox
