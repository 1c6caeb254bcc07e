"""Kept: what is kept with a journal beside its ratings: how its blocks stand, where cutting began, transactions.

Nothing here is written; what is shown of it is held elsewhere.
"""
