"""Staff: the screens behind the staff door, and what happens there.

None of them shows a single rating. They are many and small because the staff's work is many small things.
"""
