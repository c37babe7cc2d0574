apply fails.mrp --sandbox --yes
status fails.mrp --sandbox
apply fails.mrp --sandbox --yes --set value=fine
apply fails.mrp --sandbox --yes --set value=/gone
status fails.mrp --sandbox
apply fails.mrp --sandbox --yes --set value=/gone
