test forms.mrp
