check -
build --stdout - -
eval east.orders.QueueName -
explain east.orders -
graph - --format mermaid
fmt -
