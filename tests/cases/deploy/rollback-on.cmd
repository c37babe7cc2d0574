plan --sandbox FILE
apply --sandbox --yes FILE
plan --sandbox --set visible=60 FILE
apply --sandbox --yes --set visible=60 FILE
plan --sandbox --set visible=60 FILE
