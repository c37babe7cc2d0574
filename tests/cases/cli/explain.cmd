explain east.vpc FILE
explain east.orders FILE
explain west FILE
explain permissions FILE
