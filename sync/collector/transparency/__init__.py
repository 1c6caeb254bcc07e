"""Transparency: the public log to which every day's state of the journals and every closed report is committed.

The log lies in files outside the database; the tables only say what its leaves are about. Nothing is signed here that
is smaller than, or does not follow from, what was signed before; nothing of a press is told.
"""
