check FILE --allow unknown-propery
