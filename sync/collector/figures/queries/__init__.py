"""Queries: counts read from the database for one question in one span, each in as few statements as there are sums.

No share, no hiding of small numbers, no word for a person is made here.
"""
