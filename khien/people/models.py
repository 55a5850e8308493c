"""People: one person, one record, however many numbers, phones and names were written down."""

from django.db import models

from khien.plumbing.base import Row, one_of, pair

IDENTIFIER_TYPES = ["cccd", "cmnd", "passport", "bhyt", "birth_certificate", "none"]
IDENTIFIER_STATES = ["claimed", "verified", "disputed", "former"]
SEXES = ["male", "female", "other", "unknown"]


class Person(Row):
    """A human being. A phone is never a key; a birth may be known by its year alone."""

    placement = "person"
    full_name = models.TextField()
    name_key = models.TextField()
    name_sort = models.TextField()
    birth_year = models.SmallIntegerField()
    birth_month = models.SmallIntegerField(null=True)
    birth_day = models.SmallIntegerField(null=True)
    sex = models.TextField()
    nationality = models.TextField(default="VN")
    ethnic_code = models.TextField(default="")
    occupation = models.TextField(default="")
    work_unit = models.TextField(default="")
    phone_cipher = models.BinaryField(null=True)
    phone_hash = models.TextField(default="")
    phone_verified_at = models.DateTimeField(null=True)
    # A clerk's number on a firm's list: it may be called, it opens nothing.
    phone_contact_only = models.BooleanField(default=False)
    email_cipher = models.BinaryField(null=True)
    epoch = models.TextField(default="2021")
    province_2021 = models.TextField(default="")
    district_2021 = models.TextField(default="")
    commune_2021 = models.TextField(default="")
    province_2025 = models.TextField(default="")
    commune_2025 = models.TextField(default="")
    address_cipher = models.BinaryField(null=True)
    neighbourhood = models.TextField(default="")
    household = models.TextField(default="")
    language = models.TextField(default="vi")
    identity_state = models.TextField(default="claimed")
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    source = models.TextField()
    died_on = models.DateField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        db_table = "person"
        constraints = [
            one_of("sex", SEXES, "person_sex"),
            one_of("identity_state", ["none", "claimed", "verified", "disputed"], "person_identity_state"),
            models.CheckConstraint(condition=models.Q(birth_year__gte=1890, birth_year__lte=2100), name="person_birth_year"),
        ]
        indexes = [
            models.Index("phone_hash", name="person_phone", condition=~models.Q(phone_hash="")),
            models.Index("birth_year", "name_key", name="person_birth_name"),
            models.Index("commune_2021", "name_sort", "id", name="person_commune"),
            models.Index("district_2021", "name_sort", "id", name="person_district"),
            models.Index("name_sort", "id", name="person_name_order"),  # a name that half the country has: the first page, in order
        ]


class PersonVersion(Row):
    """What a person's particulars were before a correction: nothing is overwritten."""

    placement = "person"
    person_id = models.UUIDField()
    version = models.IntegerField()
    particulars_cipher = models.BinaryField()
    changed = models.JSONField()
    reason = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()

    class Meta:
        db_table = "person_version"
        constraints = [models.UniqueConstraint("person_id", "version", name="person_version_once")]


class NameWord(models.Model):
    """One folded word of a person's name: search in any order, by part, without accents."""

    placement = "person"
    pk = models.CompositePrimaryKey("word", "person_id")
    word = models.TextField()
    person_id = models.UUIDField()
    birth_year = models.SmallIntegerField()

    class Meta:
        db_table = "name_word"
        indexes = [models.Index("person_id", name="name_word_person")]


class Identifier(Row):
    """A number a person was known by; a new one supersedes, the former still finds the person."""

    placement = "person"
    person_id = models.UUIDField()
    type = models.TextField()
    country = models.TextField(default="VN")
    value_hash = models.TextField()
    key_id = models.TextField()
    value_cipher = models.BinaryField()
    state = models.TextField()
    how = models.TextField(default="")
    reason = models.TextField(default="")
    warnings = models.JSONField(default=list)
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    verified_at = models.DateTimeField(null=True)
    verified_by = models.TextField(null=True)

    class Meta:
        db_table = "identifier"
        constraints = [
            pair("verified_at", "verified_by", "identifier_verified_pair"),
            one_of("type", IDENTIFIER_TYPES, "identifier_type"),
            one_of("state", IDENTIFIER_STATES, "identifier_state"),
            models.UniqueConstraint("person_id", "value_hash", name="identifier_once"),
        ]
        indexes = [models.Index("value_hash", name="identifier_hash"), models.Index("person_id", name="identifier_person")]


class IdentifierHolder(models.Model):
    """The directory: ONE holder for each number, keyed by its hash."""

    placement = "reference"
    value_hash = models.TextField(primary_key=True)
    person_id = models.UUIDField()
    verified = models.BooleanField(default=False)

    class Meta:
        db_table = "identifier_holder"
        indexes = [models.Index("person_id", name="identifier_holder_person")]


class Guardian(Row):
    """Who answers for a minor or for someone who cannot."""

    placement = "person"
    person_id = models.UUIDField()
    guardian_person_id = models.UUIDField(null=True)
    name_cipher = models.BinaryField()
    phone_cipher = models.BinaryField(null=True)
    relation = models.TextField()
    recorded_at = models.DateTimeField()
    recorded_by = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "guardian"
        indexes = [models.Index("person_id", name="guardian_person")]


class PersonAlias(Row):
    """Two records were one person: the loser's rows stay where they are; undo closes the alias."""

    placement = "reference"
    loser_id = models.UUIDField()
    survivor_id = models.UUIDField()
    reason = models.TextField()
    merged_at = models.DateTimeField()
    merged_by = models.TextField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.TextField(null=True)
    # Taking apart needs two people, as joining does: the first one's wish waits here.
    undo_reason = models.TextField(default="")
    undo_proposed_at = models.DateTimeField(null=True)
    undo_proposed_by = models.TextField(null=True)

    class Meta:
        db_table = "person_alias"
        constraints = [
            pair("undo_proposed_at", "undo_proposed_by", "person_alias_undo_pair"),
            pair("undone_at", "undone_by", "person_alias_undone_pair"),
            models.UniqueConstraint("loser_id", name="person_alias_active", condition=models.Q(undone_at__isnull=True)),
        ]
        indexes = [models.Index("survivor_id", name="person_alias_survivor")]


class Account(Row):
    """A phone that proved itself by a code; it opens only the records that were linked to it."""

    placement = "reference"
    phone_hash = models.TextField(unique=True)
    phone_cipher = models.BinaryField()
    language = models.TextField(default="vi")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "account"


class DevicePin(Row):
    """A short way into one account on one device, after the phone proved itself there; few tries, half a year."""

    placement = "reference"
    device_hash = models.TextField(unique=True)
    account_id = models.UUIDField()
    pin_hash = models.TextField()
    tries = models.SmallIntegerField(default=0)
    set_at = models.DateTimeField()

    class Meta:
        db_table = "device_pin"


class HealthBookLink(Row):
    """This account may open this person's record: since when, by what proof."""

    placement = "person"
    account_id = models.UUIDField()
    person_id = models.UUIDField()
    relation = models.TextField()
    proof = models.TextField()
    linked_at = models.DateTimeField()
    linked_by = models.TextField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(null=True)

    class Meta:
        db_table = "health_book_link"
        constraints = [
            pair("ended_at", "ended_by", "health_book_link_ended_pair"),
            models.UniqueConstraint("account_id", "person_id", name="link_active", condition=models.Q(ended_at__isnull=True)),
            one_of("relation", ["self", "child", "parent", "spouse", "grandparent", "other"], "link_relation"),
        ]
        indexes = [models.Index("person_id", name="link_person")]


class OtpChallenge(Row):
    """One code sent to one phone for one device: hashed, few tries, five minutes, once."""

    phone_hash = models.TextField()
    phone_cipher = models.BinaryField()
    purpose = models.TextField()
    device = models.TextField()
    code_hash = models.TextField()
    code_cipher = models.BinaryField(null=True)
    language = models.TextField(default="vi")
    person_id = models.UUIDField(null=True)
    digits = models.SmallIntegerField(default=6)
    tries = models.SmallIntegerField(default=0)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    decoy = models.BooleanField(default=False)

    class Meta:
        db_table = "otp_challenge"
        indexes = [models.Index("phone_hash", "sent_at", name="otp_phone"), models.Index("sent_at", name="otp_sent")]


class DuplicateCandidate(Row):
    """Two records that may be one person; one human proposes to join them, another decides."""

    placement = "reference"
    first_id = models.UUIDField()
    second_id = models.UUIDField()
    why = models.JSONField()
    found_at = models.DateTimeField()
    decision = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(null=True)
    proposed_survivor = models.UUIDField(null=True)
    proposed_reason = models.TextField(default="")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.TextField(null=True)

    class Meta:
        db_table = "duplicate_candidate"
        constraints = [
            pair("proposed_at", "proposed_by", "duplicate_candidate_proposed_pair"),
            pair("decided_at", "decided_by", "duplicate_candidate_decided_pair"),
            models.UniqueConstraint("first_id", "second_id", name="duplicate_once"),
        ]
