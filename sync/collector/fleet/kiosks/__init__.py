"""Kiosks: how each is, what is wrong with it since when, and whom it is told.

What is set for a kiosk is the rollouts' room.
"""
