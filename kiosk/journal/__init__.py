"""The kiosk's append-only log: what was thanked for is here, once, in order, and cannot be altered unnoticed.

What an entry means is the domain's to say, and nothing here sends anything anywhere.
"""
