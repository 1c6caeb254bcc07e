"""Profiles: figures by other rules than ours, on pages of their own, never in one column with ours."""
