"""Rehearsal days: a synthetic city meets the points hour by hour on a moved clock, while real faults happen; a score sheet after it."""
