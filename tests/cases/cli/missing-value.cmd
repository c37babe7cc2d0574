check FILE --set
