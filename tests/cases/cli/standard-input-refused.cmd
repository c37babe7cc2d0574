check --fix -
test -
plan --sandbox -
sandbox serve -
