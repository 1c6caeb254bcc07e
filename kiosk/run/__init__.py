"""Run: wires the journal, the rules and the screen into one running kiosk.

What a part does is decided in its own room; here parts are only made and handed to each other.
"""
