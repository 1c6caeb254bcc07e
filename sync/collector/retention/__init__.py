"""Retention: what is kept for how long, and what the database needs now and then.

Everything here works beside a collector that serves, may be done twice, at once or be broken off, and goes on where it
stood. Nothing is deleted on which a number rests that is shown, and no lines without two people who decided it.
"""
