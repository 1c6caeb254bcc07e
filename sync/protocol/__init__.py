"""The wire: lines, batches, signatures and messages, as both sides must agree on them.

Nothing here opens a socket or a database.
"""
