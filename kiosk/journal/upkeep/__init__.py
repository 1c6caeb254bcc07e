"""Upkeep: what is done with a journal between presses: checks, copies, pruning, forgetting of words.

Nothing here makes a press wait, and nothing here writes a rating.
"""
