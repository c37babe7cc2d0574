apply waves.mrp --sandbox --yes --waves 1,* --set value=/missing
apply waves.mrp --sandbox --yes --waves 1,*
plan waves.mrp --sandbox --regions all
apply waves.mrp --sandbox --yes --waves 0
