"""Asked: what a person has the agent do or tell: status, checks, comparison, delivery by stick, another address.

Nothing here runs by itself.
"""
