"""What may be done to places: load the units; add facilities, points, stops and organisations."""

from .loading import load_units

__all__ = ["load_units"]
