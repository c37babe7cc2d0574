eval observe.forever FILE
eval keep FILE --set keep=[observe.forever]
eval keep FILE --vars files/library-unread-vars.mrp
check FILE --set keep=[observe.forevr]
