"""Upkeep: what is done with a journal between presses: when to prune, checks, copies, forgetting of words in the
copies that lie beside it.

Entries and enclosures themselves are deleted by ``kiosk.journal.prune``. Nothing here makes a press wait, and nothing
here writes a rating.
"""
