"""Agent: brings the journal to the collector, and the office's settings back.

It deletes nothing because of an HTTP status, and knows nothing of the collector but the wire. Its modules are many:
each is one thing that can go wrong between a disk and a server, read and tested alone.
"""
