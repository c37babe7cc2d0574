test deferred.mrp
