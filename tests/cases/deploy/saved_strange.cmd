apply files/child.json --sandbox --yes
apply files/newer.plan --sandbox --yes
apply files/cut.plan --sandbox --yes
