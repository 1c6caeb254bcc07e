"""Comments: what citizens wrote, from the journals' commitments to whoever answers for the counter."""
