"""Export: the tables of a report as files that leave the system."""
