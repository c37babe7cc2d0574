check --format json FILE
