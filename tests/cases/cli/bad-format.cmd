check FILE --format xml
