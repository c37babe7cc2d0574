apply texts.mrp --sandbox --yes --quiet
plan texts.mrp --sandbox --set body=two
apply texts.mrp --sandbox --yes --quiet --set kind=b
