test only-none.mrp --only "name hold"
