"""Tracing: spans of requests and chores, sent to a trace collector where one is set.

Without that setting nothing of it is imported.
"""
