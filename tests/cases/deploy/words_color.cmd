apply words_color.mrp --sandbox --yes --quiet
sandbox change east.jobs words_color.mrp --property VisibilityTimeout --value "\u001b[31m99" --quiet
drift words_color.mrp --sandbox --color always
sandbox fail east.late words_color.mrp --on update --quiet
sandbox fail east.jobs words_color.mrp --on rollback --reason "no [31mway back" --quiet
apply words_color.mrp --sandbox --yes --quiet --color always --set wait=40
rescue words_color.mrp --sandbox --color always
