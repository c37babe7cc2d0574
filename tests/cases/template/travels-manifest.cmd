build travels-manifest.mrp -o out --format json
