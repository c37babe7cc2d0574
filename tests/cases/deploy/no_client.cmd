plan no_client.mrp
