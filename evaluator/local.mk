# The sources of evaluator/.
