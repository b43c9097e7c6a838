"""The settings of a U9 connection, typed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from connectors.yonyou.segments import is_segment
from trace_core.errors import Misconfigured, Problem


@dataclass(frozen=True, slots=True)
class U9Settings:
    """What `manifest.toml` asks for, with addresses made whole; the secret never shows in a repr."""

    base: str
    services: str
    client_id: str
    client_secret: str = field(repr=False)
    enterprise: str
    user: str
    user_id: str
    organisations: tuple[str, ...]
    language: str
    page_size: int
    batch_size: int
    overlap_minutes: int
    token_minutes: int
    bom_filter: str
    item_route: str
    item_units: str
    produced_by: str
    mo_states: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    lot_query_service: str
    lot_modify_service: str
    order_modify_service: str
    write_target: str
    writable_segments: tuple[str, ...]
    document_operation: str
    document_service: str
    document_table: str
    document_number: str
    document_link: str
    document_prefix: str
    document_body: Mapping[str, Any]
    soap_addressing: bool
    verify: bool | str
    read_timeout: int

    @property
    def soap_services(self) -> tuple[str, ...]:
        """The `Do` services that this connection needs."""
        writing = {"lot": self.lot_modify_service, "order": self.order_modify_service, "document": self.document_service}
        return tuple(filter(None, (self.lot_query_service, writing[self.write_target])))


def settings_of(given: Mapping[str, Any]) -> U9Settings:
    """The settings as one value; `Misconfigured` names every one that makes no sense."""
    problems = [
        Problem(name, "must be 1 or more", str(given[name])) for name in ("page_size", "batch_size", "read_timeout") if given[name] < 1
    ]
    if not given["organisations"]:
        problems.append(Problem("organisations", "must name at least one organisation code of U9"))
    problems += [
        Problem("writable_segments", "must be segments such as PrivateDescSeg1 or PubDescSeg1", str(name))
        for name in given["writable_segments"]
        if not is_segment(str(name))
    ]
    if given["write_target"] == "document":
        problems += _of_documents(given)
    if problems:
        raise Misconfigured("the settings of the U9 connection cannot be used", code="settings", problems=problems)
    parts = urlsplit(given["url"].rstrip("/"))
    root = urlunsplit(parts._replace(path=parts.path.rstrip("/") or "/" + given["path"].strip("/"), query="", fragment=""))
    taken = {name: given[name] for name in U9Settings.__slots__ if name in given}
    return U9Settings(
        **taken
        | {
            "base": f"{root}/webapi",
            "services": f"{root}/{given['services_path'].strip('/')}",
            "organisations": tuple(str(code) for code in given["organisations"]),
            "writable_segments": tuple(given["writable_segments"]),
            "mo_states": {str(state): word for state, word in given["mo_states"].items()},
            "verify": given["ca_file"] or True,
        }
    )


def _of_documents(given: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong about results as documents of their own."""
    if bool(given["document_operation"]) == bool(given["document_service"]):
        yield Problem(
            "document_operation",
            "write_target = document needs either this (GROUP/Create) or `document_service`, the interface of a Do service",
        )
    if not given["document_table"]:
        yield Problem("document_table", "write_target = document needs the table in which the documents are found again")
    number, link = str(given["document_number"]), str(given["document_link"])
    if number != "DocNo" and not is_segment(number):
        yield Problem("document_number", "must be DocNo or a segment", number)
    if not is_segment(link) or link == number or link in given["writable_segments"]:
        yield Problem("document_link", "must be a segment of its own", link)
