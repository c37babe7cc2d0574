build FILE --stdout eats
