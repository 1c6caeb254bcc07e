"""The kiosk: everything that runs beside the citizen, from the touch to the journal on its disk.

It never speaks to a network; that is the agent's, in ``sync``.
"""
