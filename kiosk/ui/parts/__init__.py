"""Parts: the widgets that several screens are made of, and the page that all screens are.

A part knows how it is drawn, never what a visit does next.
"""
