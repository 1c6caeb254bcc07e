"""Recovery: goes on in a new journal when the file is not what was last known or the collector has another past.

Nothing is started over in silence and nothing that can still be read is left behind.
"""
