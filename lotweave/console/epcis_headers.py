"""The headers by which client and server agree on versions, prefixes and spellings. Source: EPCIS 2.0, REST binding, header parameters."""

from __future__ import annotations

import re

from flask import request

from lotweave.console.epcis_problems import EpcisException
from trace_core.epcis.names import is_namespace
from trace_core.errors import Problem

_PREFIX = re.compile(r"(?!xml)[A-Za-z_][\w.-]*\Z", re.ASCII | re.IGNORECASE)


def extensions() -> dict[str, str]:
    """The prefixes that the client declares, `GS1-Extensions: prefix=namespace, …`. Errors: `EpcisException` naming every wrong one."""
    found: dict[str, str] = {}
    wrong = []
    for one in filter(None, map(str.strip, request.headers.get("GS1-Extensions", "").split(","))):
        prefix, _, namespace = (part.strip() for part in one.partition("="))
        if _PREFIX.match(prefix) and is_namespace(namespace):
            found[prefix] = namespace
        else:
            wrong.append(Problem("GS1-Extensions", "must be prefix=namespace, …, each namespace an absolute IRI", one[:80]).as_json())
    if wrong:
        raise EpcisException("QueryParameterException", "the header GS1-Extensions has wrong entries", problems=wrong)
    return found
