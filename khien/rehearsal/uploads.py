"""Lists sent by clerks, and the draw that invites: through the pages they use."""
