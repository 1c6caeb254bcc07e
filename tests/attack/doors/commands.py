"""Commands: what the command lines of both programs print, and by whom it is read here or why it tells nothing."""

_MACHINE = "for whoever runs the machine: places, names and how things are, no number of what people said"
_DOES = "says that it was done, or why not"
_LINES = "for root on the kiosk, who reads its lines anyway (SECURITY.md, named exceptions)"
_FLEET = "as /may, which IT reads"

KIOSK = {
    "run": "what officers see of it is the desk's, below",
    "pin": _DOES,
    "demo": "a province of its own, invented",
    "enroll": _DOES,
    "rotate-key": _DOES,
    "sync": "how far the agent came, at the kiosk itself; what leaves it is counted by half days",
    "server": _DOES,
    "log": "how far the kiosk's entries are in the public log, at the kiosk itself",
    "export": _LINES,
    "ack": _DOES,
    "tally": "read here as the desk",
    "verify": "whether the chain holds, for root",
    "backup": _LINES,
    "restore": _DOES,
    "doctor": "how the machine is",
    "setup": _DOES,
    "support-bundle": "entries by half days that are over: tests/kiosk/doctor/test_bundle.py",
    "config check": _MACHINE,
    "config show": _MACHINE,
}
"""Of ``kiosk``."""

COLLECTOR = {
    "import": _DOES,
    "ack-file": "cursors, for IT alone (SECURITY.md, hashes in the wrong hands)",
    "reproject": _DOES,
    "maintain": "how many rows are old and of which kind, for whoever runs the machine: no number of what people said",
    "lines list": "of whole months that are closed and over a year old, how much all kiosks together sent, for root",
    "lines drop": _DOES,
    "lines withdraw": _DOES,
    "lines archive": "whole lines, a named exception: a second person grants it, as with audit-bundle --lines",
    "unread": "as the page of a kiosk, which IT reads: entries of half days that are over",
    "report": "the same files as /xuat, which are read here",
    "audit-bundle": "the same bundle as /kiem-toan-goi, which is read here; with lines a named exception",
    "export parquet": "the files are read here, and with lines a named exception (SECURITY.md)",
    "backup": _DOES,
    "verify": "what does not follow from the lines, for the database's administrator",
    "move": _DOES,
    "demo-data": "a province of its own, invented",
    "serve": "what is read here",
    "migrate": _DOES,
    **dict.fromkeys(("device list", "device counters"), _FLEET),
    **dict.fromkeys(("device new", "device revoke", "device move", "device grant", "device ungrant"), _DOES),
    **dict.fromkeys(("unit new", "unit rename", "unit end", "unit reopen", "unit import"), _DOES),
    **dict.fromkeys(("counter new", "counter move", "counter rename"), _DOES),
    **dict.fromkeys(("user new", "user email", "user reset", "user disable"), _DOES),
    "user list": _MACHINE,
    "token new": "a token, once; what programs read with it is read here",
    "token list": _MACHINE,
    "token withdraw": _DOES,
    **dict.fromkeys(("counts import", "served import"), _DOES),
    **dict.fromkeys(("config check", "config show"), _MACHINE),
    "notices list": "to whom letters went; letters are read here",
    "notices test": _DOES,
    "closed make": _DOES,
    "closed list": "hashes of kept reports, which are read here themselves",
    "closed export": "the same files as /da-chot, which are read here",
    **dict.fromkeys(("words-key new", "words-key list"), _MACHINE),
    "log status": "as /log/checkpoint, which is read here",
    **dict.fromkeys(("log run", "log rebuild", "log restart", "log new-key"), _DOES),
    **dict.fromkeys(("witness init", "witness add-log", "witness status", "witness serve"), "of another office's log"),
}
"""Of ``collector``."""
