test inputs.mrp
