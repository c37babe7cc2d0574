build FILE -o out
fmt out
