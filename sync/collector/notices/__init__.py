"""Notices: what the collector tells people by mail or webhook, each once, and never in a flood.

What is told, and to whom, is decided by whoever puts it into the outbox.
"""
