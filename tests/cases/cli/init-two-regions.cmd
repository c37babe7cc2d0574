init --from two-regions out
check out
fmt --check out
graph --stacks --format mermaid out
plan --quick --sandbox out
