"""Lines: months of arrival whose lines and single ratings are dropped, and what is kept so that this is no hole.

First all of a month's lines are written to a file (``archive``). Then two people decide (``months``), and only then it
is done (``drop``), a little at a time and as often broken off as anybody likes. Of each journal its first lines go,
never any between others; where something still rests on them, they stay (``stays``).
"""
