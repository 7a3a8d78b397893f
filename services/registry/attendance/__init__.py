"""Attendance: one sheet a session, corrections with a second person; the timetable it rests on.

Owns sheets and corrections. Emits session.*, attendance.* and progress.counted.
"""
