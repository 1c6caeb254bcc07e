"""Replica: the copy of every kiosk's journal, and what its lines say: steps 10 to 12 of the road of a press.

``shown`` and ``served`` belong to step 13, which writes through them what of the tallies may be shown. Nothing here
refuses a line because of what it says, and nothing here makes a figure for a page.

What is read of one line together (``projection``, ``continued``, ``comments``, ``visit_check``, ``sender``) is kept
together (``ingest``, ``stored``, ``keep``, ``tally``), in one transaction: the files share its values too closely to be
parted, so there is one more than elsewhere. Cuts and what goes out have folders of their own.
"""
