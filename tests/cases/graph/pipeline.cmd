graph pipeline.mrp
graph pipeline.mrp --format mermaid
