"""Blocks: the journals' cuts, judged and kept with what the collector knows of their ratings.

``series`` says what is added up together. Whoever brings out or moves blocks begins with ``judging`` and ``held``;
nothing else writes these tables.
"""
