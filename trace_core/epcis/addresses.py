"""Where events may be sent: to hosts that the site names, by plain http or https URLs."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

_ORIGIN = r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
_DEST = re.compile(rf"({_ORIGIN})(?:[/?][!\"$-\[\]-~]*)?\Z")
_PORTS = {"http": 80, "https": 443}
_LONGEST = 2000


def origin(url: str) -> str | None:
    """Scheme, host and port of a URL, written one way; None when it is no plain http or https URL."""
    found = _DEST.match(url)
    if found is None:
        return None
    parts = urlsplit(found[1])
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        return None
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def refusal(dest: Any, origins: Collection[str]) -> str | None:
    """Why events may not be sent to an address; None when they may."""
    here = origin(dest) if isinstance(dest, str) and len(dest) <= _LONGEST else None
    if here is None:
        return "must be an http or https URL without user, password, blanks and fragment"
    if here not in {origin(one) for one in origins}:
        return f"is none of the hosts that this site sends events to; its operator can add {here} to epcis.subscribers in lotweave.toml"
    return None
