check set_list.mrp --set zones=a,b --set subnets=subnet-1,subnet-2 --set ports=1,2
check set_list.mrp --set 'zones=["a", "b"]' --set 'ports=[1, 2]'
check set_list.mrp --set zones=a --set ports=1,x
