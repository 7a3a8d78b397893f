"""Read, check and mark the lists of invited people that organisations upload.

`readers` runs `child` processes; a child lets `guard` inspect the bytes, `sheets` parse them,
`columns` keep what may be kept and `checking` judge the rows. `marking` and `template` write.
"""
