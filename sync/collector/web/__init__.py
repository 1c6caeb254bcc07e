"""The pages that supervisors read."""
