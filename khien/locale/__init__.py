"""Sentences in other languages (parts are merged by khien.plumbing.messages) and the formats of dates and numbers."""
