"""Told: sums and decisions over all kiosks, month by month: added up and compared by the database where that can.

Nothing here reads a line: that ratings are what lines say was seen before.
"""
