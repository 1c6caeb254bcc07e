"""The pages of accounts, signing in and the audit log.

Each asks ``sync.collector.people``.
"""
