"""Cases: what is to be followed up, by whom, by when, and how it ended.

A case never says who pressed.
"""
