"""OpenID Connect: signing in with the office's own accounts.

What an account may do is decided in ``sync.collector.people``, never by the provider's words alone.
"""
