"""Fleet: the places and the kiosks: units and counters, devices and their keys, their state, settings and surveys.

Nothing here counts ratings.
"""
