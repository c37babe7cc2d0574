apply loop.mrp --sandbox --yes --quiet
plan loop.mrp --sandbox --set wait=40
