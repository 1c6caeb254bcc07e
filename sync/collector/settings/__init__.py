"""Settings: the collector's settings, one structure for each part that has some.

Reading and checking files is ``kiosk.base.settings``; what a setting does is its part's own.
"""
