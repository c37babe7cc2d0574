build FILE -o out
build FILE -o out -q
build FILE --stdout east
