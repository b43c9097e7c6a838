"""The headers by which client and server agree on versions, prefixes and spellings. Source: EPCIS 2.0, REST binding, header parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, request

from lotweave.bootstrap import House
from lotweave.console.asking import Asking
from lotweave.console.epcis_problems import VERSIONS, EpcisException
from trace_core.epcis.formats import FORMATS, LINKS, ids_as
from trace_core.epcis.names import is_namespace
from trace_core.epcis.things import OWN_PREFIX
from trace_core.epcis.vocabulary import Vocabulary
from trace_core.epcis.writing import Ids, answer_json, event_json
from trace_core.epcis.writing_xml import Spelling, answer_xml, event_xml
from trace_core.errors import Problem

JSON, XML = "application/ld+json", "application/xml"
LONGEST = 32_768
"""Characters of a URL."""
_PREFIX = re.compile(r"(?!xml)[A-Za-z_][\w.-]*\Z", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4})*\Z", re.ASCII)
_WORDS: dict[str, Callable[[Vocabulary, str], str]] = {
    "No_Preference": Vocabulary.uri,
    "Always_Web_URI": Vocabulary.uri,
    "Always_URN": Vocabulary.old,
}


def agree() -> None:
    """Refuse what cannot be answered: too long a URL, a version that is not 2.0, a header that says what it may not say.

    Errors: `EpcisException`.
    """
    if len(request.full_path) > LONGEST:
        raise EpcisException("URITooLongException", f"a URL may have {LONGEST} characters; keep the query under a name instead")
    problems = [problem for what in ("EPCIS", "CBV") for problem in _versions(what)]
    for name, known in (("GS1-EPC-Format", FORMATS), ("GS1-CBV-XML-Format", (*_WORDS, "Never_Translates"))):
        if request.headers.get(name, known[0]) not in known:
            problems.append(Problem(name, f"must be one of {', '.join(known)}", request.headers[name]))
    if problems:
        said = [problem.as_json() for problem in problems]
        raise EpcisException("NotAcceptableException", "the headers ask for what there is not", problems=said)


def _versions(what: str) -> list[Problem]:
    """What is wrong with the versions that the client takes, or sends."""
    found = []
    for bound, fits in (("Min", _at_most), ("Max", _at_least), ("Version", _readable)):
        name = f"GS1-{what}-{bound}"
        text = request.headers.get(name)
        if text is not None and not (_VERSION.match(text) and fits(_version(text))):
            found.append(Problem(name, "must let 2.0 be; documents in XML may be of 1.x", text))
    return found


def _version(text: str) -> tuple[int, int]:
    major, _, rest = text.partition(".")
    return int(major), int(rest.partition(".")[0] or 0)


def _at_most(version: tuple[int, int]) -> bool:
    return version <= (2, 0)


def _at_least(version: tuple[int, int]) -> bool:
    return version >= (2, 0)


def _readable(version: tuple[int, int]) -> bool:
    return version == (2, 0) or (version[0] == 1 and request.mimetype in {XML, "text/xml"})


def discovery(house: House, methods: list[str]) -> Response:
    """What a path takes and the server can, without a body."""
    answer = Response(status=204)
    answer.headers.extend(
        {
            "Allow": ", ".join(sorted({"OPTIONS", *methods})),
            **{f"GS1-{what}-{bound}": "2.0.0" for what in ("EPCIS", "CBV") for bound in ("Min", "Max")},
            "GS1-EPC-Format": ", ".join(FORMATS),
            "GS1-CBV-XML-Format": ", ".join(_WORDS),
            "GS1-EPCIS-Capture-Limit": str(house.site.epcis.most_events),
            "GS1-EPCIS-Capture-File-Size-Limit": str(house.site.epcis.most_bytes),
        }
    )
    return answer


def announced() -> dict[str, str]:
    """The headers that every answer has: versions, and the extensions that it may use."""
    return VERSIONS | {"GS1-Extensions": ", ".join(f"{prefix}={namespace}" for prefix, namespace in OWN_PREFIX.items())}


def media() -> str:
    """The media type of the answer. Errors: `EpcisException`."""
    best = request.accept_mimetypes.best_match([JSON, "application/json", XML, "text/xml"])
    if best is None and request.accept_mimetypes:
        raise EpcisException("NotAcceptableException", "answers are application/ld+json, application/json or application/xml")
    return XML if best in {XML, "text/xml"} else best or JSON


def ids(asking: Asking) -> Ids:
    """How identifiers are written, by GS1-EPC-Format; the standard's default is Digital Links."""
    return ids_as(request.headers.get("GS1-EPC-Format", LINKS), asking.house.site.epcis.company_prefixes)


def writers(asking: Asking) -> tuple[Callable[..., bytes], Callable[..., bytes], str]:
    """How one event and how an answer are written, as the client wants it, and the media type. Errors: `EpcisException`."""
    kind, named = media(), {"prefixes": OWN_PREFIX | extensions()}
    if kind != XML:
        told: dict[str, Any] = named | {"ids": ids(asking)}
        return partial(event_json, **told), partial(answer_json, **told), kind
    words = _WORDS.get(request.headers.get("GS1-CBV-XML-Format", "No_Preference"))
    if words is None:
        raise EpcisException("NotAcceptableException", "words are kept, not how they were spelled; ask for Always_URN or Always_Web_URI")
    told = named | {"how": Spelling(ids(asking), words)}
    return partial(event_xml, **told), partial(answer_xml, **told), kind


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
