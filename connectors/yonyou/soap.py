"""Classic U9 services: one `.svc`, one operation `Do`, and a context that stands in for a login.

Source: svcutil and wsimport proxies of U9 services; context keys as sent by public clients. There is no token: whoever reaches the
address and names an organisation and a user acts as that user, so the services belong behind a firewall.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zeep.exceptions import Fault

from connectors.kit.http import HttpSession
from connectors.kit.soap import SoapService, WsdlFiles, any_long, any_of, any_text, plain
from connectors.yonyou.faults import of_soap
from trace_core.errors import Misconfigured

CONTEXT = "http://schemas.datacontract.org/2004/07/UFSoft.UBF.Util.Context"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
_NOISE = frozenset({"sysState"})
_FILES = WsdlFiles()


class DoService:
    """One U9 service: `Do` with a thread context and at most one further parameter, a list of DTOs.

    The parameter's and the DTO's names are taken from the WSDL, so a tenant's own service of the same shape is enough.
    """

    def __init__(self, services: str, interface: str, http: HttpSession, *, addressing: bool = False, files: WsdlFiles = _FILES) -> None:
        self.interface = interface
        self._service = SoapService(f"{services}/{interface}.svc?wsdl", http=http, addressing=addressing, files=files)
        if "Do" not in self._service.operations:
            raise Misconfigured(f"{interface} has no operation Do: is it a U9 service?", code="bad_wsdl")
        elements = self._service.operations["Do"].input.body.type.elements
        self._parameters = [(name, element) for name, element in elements if name != "context"]

    def do(self, context: Mapping[str, str | int], rows: Sequence[Mapping[str, Any]], *, writes: bool) -> list[dict[str, Any]]:
        """The rows of `DoResult`, with `m_…` names. Errors: those of `faults.of_soap`; never repeated here."""
        arguments: dict[str, Any] = {"context": self.thread_context(context)}
        if self._parameters:
            name, element = self._parameters[0]
            inner = element.type.elements[0][0]
            arguments[name] = {inner: [dict(row) for row in rows]}

        def refused(fault: Fault) -> Any:
            return of_soap(fault, self.interface, writes=writes)

        told, whole = self._service.rows("Do", writes=writes, refused=refused, **arguments)
        if told is not None:
            return [_clean(row) for row in told]
        answer = plain(whole)
        return _rows(answer.get("DoResult") if isinstance(answer, dict) and "DoResult" in answer else answer)

    def thread_context(self, values: Mapping[str, str | int]) -> Any:
        """A `ThreadContext` with its entries; both it and every key and value state their type on the wire, as U9 demands."""
        entry = self._service.type(ARRAYS, "KeyValueOfanyTypeanyType")
        entries = [
            entry(Key=any_text(key), Value=any_long(value) if isinstance(value, int) else any_text(value)) for key, value in values.items()
        ]
        context = self._service.type(CONTEXT, "ThreadContext")
        return any_of(context, context(nameValueHas={"KeyValueOfanyTypeanyType": entries}))


def context_values(*, org_id: int, user_id: int, enterprise: str, language: str) -> dict[str, str | int]:
    """The keys of a context: IDs, not codes; the enterprise is a text with zeros."""
    return {
        "OrgID": org_id,
        "UserID": user_id,
        "CultureName": language,
        "DefaultCultureName": language,
        "EnterpriseID": enterprise,
    }


def _rows(value: Any) -> list[dict[str, Any]]:
    """A DataContract array arrives as an object with one list in it; an empty one as None."""
    if value is None:
        return []
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if isinstance(inner, list)]
        value = lists[0] if len(value) == 1 and lists else [value]
    return [_clean(row) for row in value]


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(inner) for name, inner in value.items() if name not in _NOISE}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
