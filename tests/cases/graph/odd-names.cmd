graph FILE
graph FILE --format mermaid
