check input-value-near.mrp --set zones=3
