"""Shared: what every page needs: a rendered answer, a form that nobody forged.

No page lives here.
"""
