check input-value.mrp --set zones=two
