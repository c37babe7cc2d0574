check -qs a=b FILE
check -q --set=a=c -C . --form text -- FILE
