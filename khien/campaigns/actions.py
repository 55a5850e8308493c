"""What may be done to a campaign: load its reference data, record a rule, add a local group."""

from .reference import load_reference

__all__ = ["load_reference"]
