build -q --stdout data FILE
build -q --stdout data --set stage=prod FILE
