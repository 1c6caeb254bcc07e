"""Figures: steps 13 and 14 of the road of a press: what may be shown, and what a report says of a place in a period.

Nothing here draws, writes files or knows a request.
"""
