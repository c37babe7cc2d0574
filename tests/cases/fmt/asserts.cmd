fmt FILE
fmt --check FILE
