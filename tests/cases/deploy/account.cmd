apply account.mrp --sandbox --yes
