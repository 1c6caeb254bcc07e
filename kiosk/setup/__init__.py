"""Setup: turns a bare machine into the kiosk of one counter, from a file on a stick, from options, or by asking.

It writes a drop-in file of its own and never touches the office's settings.
"""
