check FILE --format sarif
