# The sources of runtime/.
