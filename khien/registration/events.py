"""What the registration room tells the rooms below: past tense, ids and codes only."""

REGISTERED = "registration.registered"  # registration_id, person_id, way, already
WITHDRAWN = "registration.withdrawn"  # registration_id, person_id, reason (also when closed: died, merged)
MOVED = "registration.moved"  # registration_id, person_id (its state or its home is another)
CALLED = "registration.called"  # registration_id, person_id, outcome
LIST_STAGED = "registration.list_staged"  # list_id, organization_id
LIST_SENT = "registration.list_sent"  # list_id, organization_id
