check FILE --fix
fmt --check FILE
build FILE --stdout -
