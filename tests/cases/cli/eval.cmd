eval twice FILE
eval --set size=5 "add(twice, 1)" FILE
eval "{ a = [1, null], b = true }" FILE
eval east.orders.Arn FILE
eval "twise" FILE
