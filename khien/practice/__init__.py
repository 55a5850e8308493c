"""Builds a practice copy of a point: its site, desks, stock and a crowd that was never born."""
