"""Look: themes, colours, sizes, fonts and languages: what decides how the screen looks, without a widget.

Nothing here knows which screen is up or what was pressed.
"""
