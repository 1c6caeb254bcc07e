"""The collector's doors: ``journals``, ``device``, ``enrolments``; ``data`` for programs; ``log`` and ``health``.

A door checks who asks and what came, calls a room and answers; it decides nothing else. The other files are what every
door asks first: a kiosk's signature (``signed``), a person's right (``gate``, ``access``, ``depends``), limits and
headers (``middleware``); and how it answers and is described (``answers``, ``described``, ``badges`` for pages).
Each door has its file, and all stand beside what they ask, so there are more files than elsewhere.
"""
