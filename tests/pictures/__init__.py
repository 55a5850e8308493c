"""Pictures of every page, taken of a running demo: `bin/dev pictures`. `stops_*` say where to stand; docs/pages.md is the index."""
