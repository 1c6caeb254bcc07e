"""Commands: every ``kiosk …`` that can be typed, one file a family.

A command reads its options, calls a room and tells the result; only this room of the kiosk may import ``sync``. What
several commands need lies beside them (``shared``, ``own_journal``). Rooms are imported within a command: else a
kiosk's start would load the doctor, the agent and the demo's collector with the screen.
"""
