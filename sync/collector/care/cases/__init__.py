"""Cases: too much dissatisfaction at a place is followed up by somebody, until a day, with a result."""
