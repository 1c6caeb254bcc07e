"""The pages of signs, cases and citizens' words.

Each asks ``sync.collector.care``; no rule about a case lives here.
"""
