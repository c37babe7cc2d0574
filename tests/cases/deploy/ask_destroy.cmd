destroy ask_destroy.mrp --sandbox
