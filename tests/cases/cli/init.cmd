init new
check new/pipeline.mrp
fmt --check new/pipeline.mrp
init new
