"""Drawing: charts as SVG, colours, and the environment of the templates.

What is drawn was computed before; nothing here reads the database.
"""
