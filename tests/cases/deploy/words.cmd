sandbox fail east.jobs words.mrp --reason "taken ]0;title by  2J ‮ others" --quiet
apply words.mrp --sandbox --yes
status words.mrp --sandbox
status words.mrp --sandbox --format json
apply words.mrp --sandbox --yes --verbose
