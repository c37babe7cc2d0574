check FILE --color blue
