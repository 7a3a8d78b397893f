"""The person's own bank account, entered by the person and by nobody else; and whom it is read for.

Names and accounts leave the registry at the moment of issue only, each read logged. Emits nothing.
"""
