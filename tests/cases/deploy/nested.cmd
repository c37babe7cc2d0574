apply nested.mrp --sandbox --yes --quiet
sandbox put east.templates nested.mrp --file files/orders.yaml
apply nested.mrp --sandbox --yes --set wait=5
plan nested.mrp --sandbox --set wait=5
apply nested.mrp --sandbox --yes --set wait=7
destroy nested.mrp --sandbox --yes=dev --set wait=7
