plan saved.mrp --sandbox --set wait=45 --out first.plan
apply first.plan --sandbox --yes
apply first.plan --sandbox --yes
