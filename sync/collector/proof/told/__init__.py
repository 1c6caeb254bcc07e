"""Told: sums and decisions over all kiosks, month by month: added up and compared by the database where that can."""
