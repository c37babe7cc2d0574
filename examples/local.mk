# Whole programs that users can start from; tests/examples.test runs them.
EXTRA_DIST += examples
