"""The rehearsal: a day at the points, played over HTTP as its users would, and the invariants that must hold after it."""
