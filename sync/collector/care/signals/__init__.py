"""Signals: finds what hints at wrong numbers, keeps what was found, and what people decided about it.

A signal never takes a rating out by itself. The modules are many because each kind of sign is one rule with its own
known rate of false alarms.
"""
