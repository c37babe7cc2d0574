explain permissions permissions_large.mrp
explain permissions permissions_large.mrp --set count=10
