# The sources of template/.
