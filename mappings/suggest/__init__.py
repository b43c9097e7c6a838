"""Proposals of a mapping for a system that nobody has mapped yet: from the names and values of its fields, each with score and reason."""
