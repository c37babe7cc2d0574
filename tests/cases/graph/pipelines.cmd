graph --pipelines pipelines.mrp
graph --pipelines --format mermaid pipelines.mrp
