"""Closed: what a month's report said when the month was closed, and each numbered correction since.

Numbers are kept as they were told, and read again as the same report; nothing is ever changed or deleted here.
"""
