"""Rollouts: what the office sets for its kiosks, brought to a few of them first."""
