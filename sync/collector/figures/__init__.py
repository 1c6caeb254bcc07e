"""Figures: what one report says of one place in one period; pages, the API and files show the same object."""
