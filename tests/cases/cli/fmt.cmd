fmt --diff FILE
fmt FILE
fmt --check FILE
