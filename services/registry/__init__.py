"""People and what happened in class; the only home of trainees' personal data.

Owns trainees, classes, rosters, enrolments, attendance, results, certificates. Emits events
without personal data; asks institutions for standings.
"""
