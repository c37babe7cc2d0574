sandbox throttle 10
sandbox lag 4
apply weather.mrp --sandbox --yes
apply weather.mrp --sandbox --yes --set wait=2
sandbox throttle off weather.mrp
sandbox lag off weather.mrp
sandbox lag soon
