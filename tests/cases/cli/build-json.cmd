build FILE -o out --format json
