apply changes.mrp --sandbox --yes --quiet
plan changes.mrp --sandbox --set wait=60
plan changes.mrp --sandbox --set wait=60 --set kind=tasks --set with_data=false --set key=sku
apply changes.mrp --sandbox --yes --set wait=60 --set kind=tasks --set with_data=false --set key=sku
plan changes.mrp --sandbox --set wait=60 --set kind=tasks --set with_data=false --set key=sku
plan changes.mrp --sandbox --set wait=60 --set kind=tasks --set with_data=false --set key=id --detailed-exitcode
