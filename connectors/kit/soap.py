"""SOAP over our own HTTP session: zeep reads the WSDL and the types, the kit decides about hosts, time-outs and faults.

What surprised us about real servers, and what is done here about each:
a WSDL names the server's own host (address and imports are taken from the configured one); WCF adds `wsaw:Action`, for which zeep
sends addressing headers (left out unless asked for); a good HTTP status over something that is no envelope (outcome unknown).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import zeep
import zeep.helpers
from zeep.exceptions import Error as ZeepError
from zeep.exceptions import Fault, TransportError, XMLParseError, XMLSyntaxError
from zeep.exceptions import ValidationError as WrongArguments
from zeep.transports import Transport

from connectors.kit.http import HttpSession
from connectors.kit.soap_rows import RowReader
from trace_core.errors import Misconfigured, Rejected, Unreachable, Verdict

_untyped: Any = zeep
"""zeep has no complete type hints; what is called through this name is checked by the conformance tests."""


@dataclass(slots=True)
class _Taken:
    """The rows of the answer under way, taken out before zeep makes objects of the rest."""

    reader: RowReader
    rows: list[Any] | None = None


_taking: ContextVar[_Taken | None] = ContextVar("soap_taking", default=None)
_writes: ContextVar[bool] = ContextVar("soap_writes", default=False)
_PAGE = re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_NO_ANSWER_OF_SOAP = "answered something that is no SOAP envelope"


class WsdlFiles:
    """WSDL and schema files this process has loaded, kept for an hour so that a connection opened again does not fetch them again."""

    def __init__(self, seconds: float = 3600.0) -> None:
        self._seconds = seconds
        self._held: dict[str, tuple[float, bytes]] = {}

    def add(self, url: str, content: bytes) -> None:
        """Keep one file."""
        self._held[url] = (time.monotonic(), content)

    def get(self, url: str) -> bytes | None:
        """The file if it is young enough."""
        born, content = self._held.get(url, (0.0, b""))
        return content if content and time.monotonic() - born < self._seconds else None


class SoapService:
    """One WSDL, loaded once, and calls to its operations.

    `files` shares loaded files between services that are opened again and again.
    `wsdl` is the address of the WSDL, `address` where calls go (default: the WSDL's address without its query). Loading fails with
    `Misconfigured` when there is no WSDL or it wants files of another host, with `Unreachable` when the host is silent.
    """

    def __init__(
        self, wsdl: str, *, http: HttpSession, address: str = "", addressing: bool = False, files: WsdlFiles | None = None
    ) -> None:
        self.host = urlsplit(wsdl).netloc
        self.address = address or urlunsplit(urlsplit(wsdl)._replace(query=""))
        transport = _OneHost(http, wsdl, files)
        try:
            settings = _untyped.Settings(strict=True, forbid_dtd=True, forbid_entities=True)
            self.client = _untyped.Client(wsdl, transport=transport, settings=settings, plugins=[_ExpectedAnswer()])
        except (XMLSyntaxError, ZeepError) as fault:
            raise Misconfigured(f"{wsdl} is no WSDL that can be used: {_first_line(fault)}", code="bad_wsdl") from fault
        binding = next(iter(self.client.wsdl.bindings.values()), None)
        if binding is None:
            raise Misconfigured(f"{wsdl} has no binding; is it the address of a service?", code="bad_wsdl")
        self.operations = dict(binding.all())
        if not addressing:
            for operation in self.operations.values():
                operation.abstract.wsa_action = None
        self._readers: dict[str, RowReader] = {}
        self._proxy = self.client.create_service(binding.name, self.address)

    def type(self, namespace: str, name: str) -> Any:
        """A type of the WSDL's schemas; `Misconfigured` when the service has none of that name."""
        try:
            return self.client.get_type(f"{{{namespace}}}{name}")
        except ZeepError as fault:
            raise Misconfigured(f"the service at {self.address} knows no type {name} ({namespace})", code="soap_type") from fault

    def call(self, operation: str, *, writes: bool, refused: Callable[[Fault], Verdict], **arguments: Any) -> Any:
        """The parsed answer of one operation.

        Errors: what `refused` makes of a SOAP fault; `Rejected` when the arguments do not fit the WSDL (nothing was sent);
        `Unreachable` for silence and for answers that cannot be read, with `sent` true for a write, whose outcome is then unknown.
        """
        mark = _writes.set(writes)
        try:
            return getattr(self._proxy, operation)(**arguments)
        except Fault as fault:
            raise refused(fault) from fault
        except (WrongArguments, TypeError) as fault:
            raise Rejected(f"{operation} of {self.address}: the arguments do not fit its WSDL: {fault}", code="soap_arguments") from fault
        except (TransportError, XMLSyntaxError, XMLParseError) as fault:
            raise Unreachable(f"{self.host} answered {operation} with what its WSDL does not allow", code="soap", sent=writes) from fault
        finally:
            _writes.reset(mark)

    def rows(self, operation: str, *, writes: bool, refused: Callable[[Fault], Verdict], **arguments: Any) -> tuple[list[Any] | None, Any]:
        """The rows of an operation whose result is an array, as dicts, and what else it answered.

        No rows where the answer has another shape: then all of it is in the second. Errors: as of `call`.
        """
        if operation not in self._readers:
            self._readers[operation] = RowReader(self.operations[operation])
        taken = _Taken(self._readers[operation])
        mark = _taking.set(taken)
        try:
            whole = self.call(operation, writes=writes, refused=refused, **arguments)
        finally:
            _taking.reset(mark)
        return taken.rows, whole


class _ExpectedAnswer(zeep.Plugin):
    """Refuses an answer with another element than the WSDL's, which zeep would take for an empty one, and takes rows out where asked to."""

    def ingress(self, envelope: Any, http_headers: Any, operation: Any) -> tuple[Any, Any]:
        body = next((child for child in envelope if child.tag.endswith("}Body")), ())
        told = next((child.tag for child in body), None)
        wanted = getattr(operation.output.body, "qname", None)
        if operation.style == "document" and wanted is not None and told != wanted.text and not str(told).endswith("}Fault"):
            raise TransportError(f"the answer holds {told} instead of {wanted.text}")  # type: ignore[no-untyped-call]
        if (taken := _taking.get()) is not None and not str(told).endswith("}Fault"):
            taken.rows = taken.reader.take(envelope)
        return envelope, http_headers


class _OneHost(Transport):
    """Loads files only beside the WSDL, and posts through the connection's session."""

    def __init__(self, http: HttpSession, wsdl: str, files: WsdlFiles | None) -> None:
        waits = (http.patience.connect, http.patience.read)
        super().__init__(cache=files, session=http.session, timeout=http.patience.read, operation_timeout=waits)  # type: ignore[no-untyped-call]
        self.http = http
        self.home = urlsplit(wsdl)

    def _load_remote_data(self, url: str) -> bytes:
        there = urlsplit(url)
        if there.netloc != self.home.netloc and there.path.lower() != self.home.path.lower():
            raise Misconfigured(f"the WSDL of {self.home.netloc} wants {url}: files of other hosts are not loaded", code="foreign_import")
        here = urlunsplit(there._replace(scheme=self.home.scheme, netloc=self.home.netloc))
        answer = self.http.send("GET", here)
        if answer.status_code >= requests.codes.bad_request:
            raise Misconfigured(f"{here} answered HTTP {answer.status_code}: is the service deployed there?", code="bad_wsdl")
        if _PAGE.match(answer.content[:200]):
            said = f"{here} answered with a page instead of a WSDL or schema: a proxy, a restart, or another address than the service's"
            raise Unreachable(said, code="page")
        return answer.content

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        with self.http.gate.call(writes=_writes.get()):
            return self._post(address, message, headers)

    def _post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        sent, host = _writes.get(), self.home.netloc
        try:
            answer = self.session.post(address, data=message, headers=headers, timeout=self.operation_timeout)
        except requests.exceptions.ConnectTimeout as fault:
            raise Unreachable(f"{host} did not accept a connection in time", code="connect") from fault
        except requests.exceptions.Timeout as fault:
            raise Unreachable(f"{host} did not answer in time", code="timeout", sent=sent) from fault
        except requests.exceptions.RequestException as fault:
            refused = "refused" in str(fault)
            raise Unreachable(
                f"{host}: connection {'refused' if refused else 'lost'}", code="connect", sent=sent and not refused
            ) from fault
        if b"Envelope" not in answer.content[:4096]:
            status = answer.status_code
            busy = status in {requests.codes.too_many, requests.codes.unavailable}
            what = f"HTTP {status}" if status >= requests.codes.bad_request else f"{_NO_ANSWER_OF_SOAP} (HTTP {status})"
            raise Unreachable(f"{host}: {what}", code="busy" if busy else "soap", sent=sent and not busy)
        return answer


def any_text(value: str) -> Any:
    """A value for `xs:anyType` that states `xsd:string` on the wire."""
    return _untyped.xsd.AnyObject(_untyped.xsd.String(), value)


def any_long(value: int) -> Any:
    """A value for `xs:anyType` that states `xsd:long` on the wire."""
    return _untyped.xsd.AnyObject(_untyped.xsd.Long(), value)


def any_of(kind: Any, value: Any) -> Any:
    """A value for `xs:anyType` that states `kind`, a type of the service."""
    return _untyped.xsd.AnyObject(kind, value)


def plain(value: Any) -> Any:
    """An answer as dicts and lists."""
    return _untyped.helpers.serialize_object(value, dict)


def _first_line(fault: BaseException) -> str:
    return (str(fault) or type(fault).__name__).splitlines()[0][:200]
