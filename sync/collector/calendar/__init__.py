"""Calendar: periods, working days, and when something was pressed, reckoned in the office's time zone.

Pure: nothing here reads the database or a clock.
"""
