explain map FILE
explain jsonencode FILE
explain Bucket FILE
explain Xyzzy FILE
explain east.orders FILE
