"""Visit: one citizen before the screen: what a touch is, what is asked next, and what a rating is worth.

Nothing here draws, keeps or counts; the door for the staff is here because touches open it.
"""
