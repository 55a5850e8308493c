"""Messy people lists in, templates and error files out. Pure: no database, no clock, no Django.

`reading.read_table` -> `staging.stage_table` -> (a person looks) -> `writing.write_error_file`.
"""
