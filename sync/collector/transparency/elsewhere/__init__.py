"""Elsewhere: what witnesses and mirrors know of the log, and how they are asked.

Nothing of it is believed unproven, and nothing is signed here.
"""
