"""Notices: what the collector tells people by mail or webhook, each once, and never in a flood."""
