build -q --stdout east.data FILE
build -q --stdout east.data --set stage=prod FILE
