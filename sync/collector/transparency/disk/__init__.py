"""Disk: the log's own files: keys, tiles and checkpoints.

What is said to be there is durable, or was there before. No database and nobody else is asked here.
"""
