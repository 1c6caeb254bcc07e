"""Comments: what citizens wrote: read, hidden, published or forgotten by people with the right to.

Nothing here decides what a comment is worth.
"""
