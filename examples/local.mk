# The sources of examples/.
