"""Wire: how the agent calls its collector: the way there, signed requests, and what the answers mean.

Nothing here reads a journal or decides when to call.
"""
