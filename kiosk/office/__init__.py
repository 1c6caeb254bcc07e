"""Office: what the office has set for this kiosk, and what it may do to it: PIN, stick, panel, upgrade, orders.

``screen_sizes`` is a note from the running screen to the doctor. Nothing here draws on the screen or writes a rating.
"""
