"""Commands: every ``collector …`` that can be typed, one file a family.

A command reads its options, calls a room and tells the result. What several need lies in ``shared``; families know
nothing of each other and ``main`` puts them together, so there are as many files here as there are families. Rooms are
imported within a command: loading all of them takes longer than most commands run.
"""
