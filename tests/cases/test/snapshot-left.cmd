test --update --only ids snapshot-left.mrp
test snapshot-left.mrp
test --update snapshot-left.mrp
test snapshot-left.mrp
