check --columns lines FILE
check --columns characters FILE
check --columns bytes FILE
