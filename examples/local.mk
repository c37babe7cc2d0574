# Whole programs that users can start from; tests/examples.test runs them.
EXTRA_DIST += examples

# What mrp itself leaves there when they are tried.
dist-hook:
	rm -rf $(distdir)/examples/*/.mrp $(distdir)/examples/*/build
