# The sources of tests/.
