graph stacks.mrp
graph stacks.mrp --format mermaid
graph stacks.mrp --format mermaid --stacks
graph stacks.mrp --stacks
