"""Brings an instance's database to readiness: schema, then the reference data that the product ships."""

from khien.kernel import clock


def prepare_database() -> bool:
    """Migrate, load the functions and the reference data; returns whether the schema changed."""
    from khien.plumbing import schema

    changed = schema.apply()
    if changed:
        load_reference()
    return changed


def load_reference() -> None:
    """Load geography, vaccines, rules and texts; what is there already stays."""
    from khien.campaigns import actions as campaigns
    from khien.places import actions as places

    places.load_units()
    campaigns.load_reference(at=clock.now())
