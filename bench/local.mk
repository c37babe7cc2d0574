# The sources of bench/.
