"""Leaves: which are due, what each says, and the index of what each is about.

No leaf says who it is about or how much was pressed; no file of the tree is written here.
"""
