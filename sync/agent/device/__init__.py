"""Device: who this kiosk is to its collector: enrolment, its key, and a collector that moves to another address.

The private key is written here and never leaves the machine.
"""
