"""Commands: every ``collector …`` that can be typed, one file a family.

A command reads its options, calls a room and tells the result.
"""
