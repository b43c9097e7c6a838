"""Connectors on volumes: calls against the least that the API allows, memory, rows a second."""
