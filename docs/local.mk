# The docs; cli/local.mk makes the pages of mrp explain of them.
EXTRA_DIST += docs
