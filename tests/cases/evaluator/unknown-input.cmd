check unknown-input.mrp --set taem=network
