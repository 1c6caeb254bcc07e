"""Export: the tables of a report as files that leave the system.

Each file says what the page says, with method and denominator; no number is computed here.
"""
