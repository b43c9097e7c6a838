"""What is said of a snapshot that cannot answer; apart, so that who only has to know of it loads no index."""

from __future__ import annotations


class Unusable(ValueError):
    """The files are no whole snapshot of this format."""
