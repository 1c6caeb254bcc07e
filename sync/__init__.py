"""Sync: the wire between kiosks and their collector, and what stands at both ends of it.

Nothing here draws on a kiosk's screen or decides what a press means.
"""
