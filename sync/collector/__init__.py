"""The collector: takes in what kiosks send, keeps it, and shows what it says.

It never changes what a kiosk has signed.
"""
