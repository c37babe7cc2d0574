check unknown-input-near.mrp --set team=network
