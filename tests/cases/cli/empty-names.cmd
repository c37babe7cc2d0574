init ''
build -o '' FILE
check ''
plan --sandbox --vars '' FILE
