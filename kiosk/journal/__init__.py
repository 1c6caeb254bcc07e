"""The kiosk's append-only log: what was thanked for is here, once, in order, and cannot be altered unnoticed."""
