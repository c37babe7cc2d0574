build -q -o out FILE
check out
fmt out
check out/us-east-1/
