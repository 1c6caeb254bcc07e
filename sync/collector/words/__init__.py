"""Words: sentences for people, made from numbers, places and times.

No number is computed here.
"""
