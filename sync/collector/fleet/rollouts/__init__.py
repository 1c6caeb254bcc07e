"""Rollouts: settings and versions on their way to kiosks, in stages that stop when something fails.

A kiosk's own file always wins; nothing here can reach into it.
"""
