"""Citizen: the screens of a visit, one file a step.

A screen says what was meant (``on_face``, ``on_skip``) and shows what it is told; it calls no flow and no journal.
"""
