graph mistakes.mrp --format mermaid
