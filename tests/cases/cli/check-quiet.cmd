check -q FILE
