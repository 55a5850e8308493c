"""What the people room tells the rooms below: past tense, ids and codes only."""

PERSON_RECORDED = "people.person_recorded"  # person_id, source
IDENTIFIER_DISPUTED = "people.identifier_disputed"  # person_id, holder_id, identifier_id, type
PARTICULARS_CORRECTED = "people.particulars_corrected"  # person_id, version, changed
IDENTITY_VERIFIED = "people.identity_verified"  # person_id
MERGED = "people.merged"  # alias_id, loser_id, survivor_id
MERGE_UNDONE = "people.merge_undone"  # alias_id, loser_id, survivor_id
DIED = "people.died"  # person_id
DEATH_WITHDRAWN = "people.death_withdrawn"  # person_id
CODE_ASKED = "people.code_asked"  # challenge_id
