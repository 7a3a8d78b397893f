"""Register lists: (blind index, code, from, to) of a source, imported by an officer. POLICY 8.22.

Nobody lists, counts or searches them; they answer one decision at a time, and the person. Emits
`register.imported`, without figures.
"""
