"""The pages that supervisors, IT staff and administrators read.

A page asks a room and fills a template; no number is computed here.
"""
