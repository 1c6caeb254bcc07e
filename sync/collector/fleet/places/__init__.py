"""Places: units and counters, what they are called and where they belong on which day.

Two places are the same only by their exact code.
"""
