"""Disk: the file under the journal: engine, schema, lock, head, reserve, and the remains of what was deleted.

Nothing here knows what an entry says.
"""
