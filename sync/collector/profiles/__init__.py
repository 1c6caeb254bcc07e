"""Profiles: figures by other rules than ours, on pages of their own, never in one column with ours.

They come from counts that people hand in or from questions of their own, never from our measures.
"""
