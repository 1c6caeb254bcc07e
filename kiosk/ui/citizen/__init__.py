"""Citizen: the screens of a visit, each with its file, and the tiles and the landscape that they are made of.

A screen says what was meant (``on_face``, ``on_skip``) and shows what it is told; it calls no flow and no journal.
"""
