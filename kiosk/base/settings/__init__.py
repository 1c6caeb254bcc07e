"""Settings: reads layered TOML files and the environment into one checked object, or tells every fault at once.

Which keys there are is not decided here: each program brings its own structure of settings.
"""
