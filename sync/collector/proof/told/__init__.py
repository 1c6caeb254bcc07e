"""Told: sums and decisions over all kiosks, month by month: added up and compared by the database where that can.

Nothing here is written, and no line is read: what a journal says is held to its rows before.
"""
