check FILE other.mrp
