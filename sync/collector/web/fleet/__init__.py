"""The pages of kiosks, their settings and surveys.

Each asks ``sync.collector.fleet``.
"""
