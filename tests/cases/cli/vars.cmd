build FILE --stdout - --vars files/vars.json
build FILE --stdout - --vars files/vars.yaml --set count=2
build FILE --stdout - --vars files/vars.mrp
