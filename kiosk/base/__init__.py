"""Base: what both sides of hailong stand on: texts, tables, log, clock, files and settings.

Nothing here knows what a rating, a screen or a collector is, and nothing here talks to a network.
"""
