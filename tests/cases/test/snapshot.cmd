test snapshot.mrp
test --update snapshot.mrp
test snapshot.mrp
test --set size=2 snapshot.mrp
test --update --set size=2 snapshot.mrp
test --set size=2 snapshot.mrp
