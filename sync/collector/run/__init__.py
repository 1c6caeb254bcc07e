"""Run: the application, its server and the limits of a connection, gauges and tracing, and the demo province.

Here parts are made and handed to each other; what they do is decided in their own rooms.
"""
