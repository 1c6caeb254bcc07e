"""Chores: what the collector does by itself, when its time has come.

Each chore is safe to repeat, and a chore that fails leaves the others running.
"""
