"""Witness: sees to it that another office's log only grows, and says so with a signature (c2sp.org/tlog-witness).

It knows no journal, no rating and no database: of each log, its keys and the newest checkpoint that it cosigned.
"""
