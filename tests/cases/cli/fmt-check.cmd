fmt --check FILE
