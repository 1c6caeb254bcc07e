"""The collector's doors: each file is one of them.

A door checks who asks and what came, calls a room and answers; it decides nothing else.
"""
