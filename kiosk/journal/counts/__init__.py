"""Counts: what is kept beside the entries, in their transactions, so that nobody must search the lines for it."""
