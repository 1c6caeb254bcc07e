"""Datasets: tables that an office's own analysts take away, as Parquet files by month.

Sums of whole blocks are what pages show, and nothing else of what anybody pressed; whole lines leave only where the
command asked a second person. No word that a citizen wrote and no time finer than a half day is in either.
"""
