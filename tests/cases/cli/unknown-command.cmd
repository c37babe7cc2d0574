chek FILE
