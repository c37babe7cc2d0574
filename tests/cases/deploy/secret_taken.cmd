check secret_taken.mrp
apply secret_taken.mrp --sandbox --yes --quiet
sandbox fail west.topic secret_taken.mrp --on update
apply secret_taken.mrp --sandbox --yes --set keeps=false
