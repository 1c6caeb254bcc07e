"""Surveys: those that are shipped, and those that the office writes itself on the web."""
