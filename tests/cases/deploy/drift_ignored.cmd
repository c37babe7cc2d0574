apply FILE --sandbox --yes --quiet
sandbox change east.jobs FILE --property DelaySeconds --value 9
sandbox change east.store FILE --property VersioningConfiguration --value '{"Status":"Suspended"}'
drift FILE --sandbox
plan FILE --sandbox --drift
plan FILE --sandbox --revert-drift
sandbox change east.jobs FILE --property DelaySeconds --value 5
plan FILE --sandbox --revert-drift
sandbox change east.jobs FILE --property VisibilityTimeout --value 99
drift FILE --sandbox
drift FILE --sandbox --format json
