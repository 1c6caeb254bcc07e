"""Transparency: what the kiosk believes of its collector's public log, what it keeps of it, and what does not hold.

Nothing here ever keeps a rating from being delivered.
"""
