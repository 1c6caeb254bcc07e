"""The wire: batches of lines, signatures and messages, as both sides must agree on them.

What stands in a line is ``kiosk.journal.lines``.

Nothing here opens a socket or a database.
"""
