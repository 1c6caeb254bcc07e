"""Workers: one parent and the processes in which it serves, each of them a whole collector over the same database.

The parent holds the address alone, and nothing of the collector: it starts, replaces and ends the others.
"""
