"""Panel: the glass and the X server under the window: its size, its fingers, its light.

What a contact means is decided in ``kiosk.domain.visit.glass``.
"""
