"""Pure Python that every room may use: identifiers, names, moments, refusals."""
