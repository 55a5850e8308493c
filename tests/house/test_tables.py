"""Tables: each says where it lives in a cluster; a moment and its actor come together; names are the glossary's."""

from django.apps import apps
from django.db import models

PLACEMENTS = {"person": "person_id", "site": "site_id", "reference": None, "local": None}
# The row that is the placement itself.
OWN = {"Person": "id"}
# Codes on paper must lead to the row without its placement: in a cluster they become a directory (docs/adr/0011).
CODES = {
    "Registration.code", "RegistrationWay.code", "Appointment.code", "Visit.code", "PaperForm.serial", "Draft.code",
}  # fmt: skip
# Clinical steps whose performer may be known by name only (a paper keyed later): the name stands beside.
NAMED_PERFORMERS = {"Immunization.performed", "Screening.performed", "Visit.checked_in"}


def tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("khien.")]


def placement(model: type[models.Model]) -> str:
    return str(getattr(model, "placement", ""))


def placement_column(model: type[models.Model]) -> str | None:
    return OWN.get(model.__name__) or PLACEMENTS[placement(model)]


def unique_sets(model: type[models.Model]) -> list[set[str]]:
    """Every set of columns that the database keeps unique, apart from the plain id."""
    found = [{field.name} for field in model._meta.fields if field.unique and not field.primary_key]
    found += [set(together) for together in model._meta.unique_together]
    if isinstance(model._meta.pk, models.CompositePrimaryKey):
        found.append(set(model._meta.pk.field_names))
    elif model._meta.pk.name != "id":
        found.append({model._meta.pk.name})
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            found.append(set(constraint.fields) | {getattr(e, "name", str(e)) for e in constraint.expressions})
    return found


def test_every_table_declares_where_it_lives():
    unknown = [model.__name__ for model in tables() if placement(model) not in PLACEMENTS]
    assert not unknown


def test_the_placement_column_stands_in_every_placed_table_and_is_always_known():
    lacking = []
    for model in tables():
        column = placement_column(model)
        fields = {field.name: field for field in model._meta.fields}
        if column and (column not in fields or fields[column].null):
            lacking.append(f"{model.__name__}.{column}")
    assert not lacking


def test_uniqueness_in_placed_tables_names_the_placement_column():
    wrong = []
    for model in tables():
        column = placement_column(model)
        for columns in unique_sets(model) if column else ():
            if column not in columns and not (len(columns) == 1 and f"{model.__name__}.{next(iter(columns))}" in CODES):
                wrong.append(f"{model.__name__}: {sorted(columns)}")
    assert not wrong, "global uniqueness needs a directory table"


def test_no_table_counts_its_own_numbers():
    counted = [
        model.__name__
        for model in tables()
        if any(
            isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField) for field in model._meta.fields
        )
    ]
    assert not counted, "identifiers are UUIDv7 made in Python"


def test_no_foreign_key_leaves_its_placement():
    placed = {model: placement(model) for model in tables()}
    wrong = []
    for model, where in placed.items():
        for field in model._meta.fields:
            other = placed.get(field.related_model, "") if field.is_relation else ""
            if field.is_relation and other not in (where, "reference"):
                wrong.append(f"{model.__name__}.{field.name}")
    assert not wrong


def test_a_moment_and_its_actor_are_known_together():
    loose = []
    for model in tables():
        fields = {field.name: field for field in model._meta.fields}
        checks = [c.condition for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
        for name, moment in fields.items():
            stem = name.removesuffix("_at")
            if name == stem or f"{stem}_by" not in fields or f"{model.__name__}.{stem}" in NAMED_PERFORMERS:
                continue
            nullable = {moment.null, fields[f"{stem}_by"].null}
            if nullable == {False} or (nullable == {True} and any(_is_pair(check, stem) for check in checks)):
                continue
            loose.append(f"{model.__name__}.{stem}")
    assert not loose, "use plumbing.base.pair()"


def _is_pair(check: object, stem: str) -> bool:
    text = str(check)
    return all(f"('{stem}_{end}__isnull', {known})" in text for end in ("at", "by") for known in (True, False))


def test_clinical_steps_say_who_recorded_them_and_when():
    steps = [model for model in tables() if model.__name__ in {"Visit", "Consent", "Screening", "Immunization", "Movement"}]
    assert len(steps) == 5
    for model in steps:
        names = {field.name for field in model._meta.fields}
        assert {"recorded_at", "recorded_by"} <= names or {"checked_in_recorded_at", "checked_in_recorded_by"} <= names, (
            model.__name__
        )


def test_the_migrations_are_what_the_models_say(db):
    from django.core.management import call_command

    try:
        call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    except SystemExit:
        raise AssertionError("the models changed: make the room's migration anew") from None
