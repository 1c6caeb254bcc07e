"""Terminal: how a command speaks to the person who typed it, in their language, one sentence a fault.

No command lives here, and nothing here decides what a program does.
"""
