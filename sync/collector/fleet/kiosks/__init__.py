"""Kiosks: how each of them is, what IT staff ask of it, and whom the collector tells when one is not well."""
