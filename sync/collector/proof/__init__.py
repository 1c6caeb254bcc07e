"""Proof: recomputes from the stored lines whether anything was altered, added or left out, and names the first of it.

What is checked here is written by the rooms below; nothing here writes anything but how far it was checked.
"""
