"""Kept: what is kept with a journal beside its ratings: how its blocks stand, where cutting began, transactions.

Nothing here reads a segment: what lines say is handed in by whoever read them.
"""
