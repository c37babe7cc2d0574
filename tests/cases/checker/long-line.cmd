check FILE
check --columns bytes FILE
check --format json FILE
