test FILE
