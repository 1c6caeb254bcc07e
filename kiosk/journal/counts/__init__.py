"""Counts: what is kept beside the entries, in their transactions, so that nobody must search the lines for it.

No entry depends on them, and none of them is sent: the collector counts for itself.
"""
