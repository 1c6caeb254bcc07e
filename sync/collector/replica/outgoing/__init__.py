"""Outgoing: whole blocks are added to what is shown, or taken off it, and nothing but whole blocks.

Whatever changes a block that is shown takes it off, changes it and adds it again, in one transaction.
"""
