explain east.ordres FILE
