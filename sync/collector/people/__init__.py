"""People: accounts, rights, signing in, and the log of who did what.

Nothing here knows a rating; what a person may read is decided here and nowhere else.
"""
