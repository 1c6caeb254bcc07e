"""Numbers: shares with their uncertainty, what is too few to be shown, and the numbers of a day.

Nothing here knows where the ratings come from or who reads the numbers.
"""
