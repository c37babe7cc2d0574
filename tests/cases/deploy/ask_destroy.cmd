destroy ask_destroy.mrp --sandbox
destroy FILE --sandbox --yes
