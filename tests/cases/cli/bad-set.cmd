check FILE --set =x
