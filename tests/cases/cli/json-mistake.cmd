check FILE --format json
