"""Everything that a decision of claims needs of classes and persons, in one answer without names.

Each person sees in the access log that a claim was decided, once a claim. Emits nothing.
"""
