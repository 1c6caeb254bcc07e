"""The collector's doors: each file is one of them."""
