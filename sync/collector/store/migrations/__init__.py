"""Migrations: how a database of any earlier version becomes one of today.

A migration that was released is never changed.
"""
