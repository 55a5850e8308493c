"""Formats by language: the day comes first in both."""
