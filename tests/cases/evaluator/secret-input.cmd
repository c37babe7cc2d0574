check secret-input.mrp --set password=hunter2
