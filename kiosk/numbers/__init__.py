"""Numbers: the kiosk's own tallies of its journal, as days, tables, lines and files.

They are read from the journal alone; the collector's numbers are never mixed in.
"""
