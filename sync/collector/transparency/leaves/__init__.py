"""Leaves: which are due, what each says, and the index of what each is about."""
