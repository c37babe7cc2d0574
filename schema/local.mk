# The sources of schema/.
