"""Services: what a request or a chore needs from the other rooms, in one call each.

Nothing here knows HTTP.
"""
