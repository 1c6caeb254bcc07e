"""The staff's screens of numbers: today, the last days, what was served.

The numbers come from the desk that is handed in; none is computed here.
"""
