"""People: who they are, who read it, what they were told, what they asked to have corrected.

The only home of names, ID numbers and phones. The person sees everything; everybody else's reads
are logged for them (`reads.log`).
"""
