test none.mrp
