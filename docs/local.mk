# The sources of docs/.
