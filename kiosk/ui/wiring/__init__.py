"""Wiring: what the screen is given from outside, as plain data and calls.

No Kivy here, so that whoever starts the screen need not load it.
"""
