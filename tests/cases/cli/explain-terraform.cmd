explain aws_s3_bucket FILE
explain aws_lambda_function FILE
explain east.nothing FILE
