"""The connection test: what was tried, whether it worked, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from connectors.kit.contract import Finding
from connectors.yonyou.bodies import Organisation
from connectors.yonyou.client import WebApi
from connectors.yonyou.kinds import PAGE, SOAP, KindPlan
from connectors.yonyou.lots import LotService
from connectors.yonyou.settings import U9Settings
from connectors.yonyou.trace_documents import TraceDocuments
from trace_core.errors import Verdict


def findings(api: WebApi, organisations: Sequence[Organisation], plans: Mapping[str, KindPlan], lots: LotService) -> list[Finding]:
    """One finding per thing tried; what depends on something that failed is not tried, nor what is read only where asked for."""
    told: list[Finding] = []
    for organisation in organisations:
        where = f"organisation {organisation.code}"
        login = _tried(f"login, {where}", lambda o=organisation: _login(api, o))  # type: ignore[misc]
        told.append(login)
        if not login.ok:
            continue
        sql = _tried(f"SQL, {where}", lambda o=organisation: f"U9 answers SQL; the organisation's ID is {o.sql.organisation_id()}")  # type: ignore[misc]
        told.append(sql)
        if sql.ok:
            read = [plan for plan in plans.values() if not plan.raw]
            told += [_tried(f"{plan.name}, {where}", lambda o=organisation, p=plan: _probe(o, p)) for plan in read]  # type: ignore[misc]
            if api.settings.write_target == "document":
                told.append(_tried(f"results, {where}", lambda o=organisation: _results(o, api.settings)))  # type: ignore[misc]
    if any(finding.ok for finding in told):
        for interface in api.settings.soap_services:
            told.append(_tried(f"SOAP {interface}", lambda i=interface: _wsdl(lots, i)))  # type: ignore[misc]
    return told


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=attempt())
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)


def _login(api: WebApi, organisation: Organisation) -> str:
    api.token(organisation.code)
    return f"U9 knows the client, the user and organisation {organisation.code}"


def _probe(organisation: Organisation, plan: KindPlan) -> str:
    rows = organisation.sql.first(plan.head, organisation.id)
    if plan.route == PAGE:
        next(iter(organisation.pages(plan, None)), None)
        return f"{plan.group}/BIPQueryPage answers"
    if not rows:
        return f"{plan.head.table} can be read; it holds nothing for this organisation yet"
    found = organisation.whole(plan, rows)
    how = {"query": f"{plan.group}/Query", SOAP: "the lot service"}.get(plan.route, plan.head.table)
    return f"{how} gave {len(found)} document"


def _results(organisation: Organisation, settings: U9Settings) -> str:
    organisation.sql.first(TraceDocuments(settings).head, organisation.id)
    return f"{settings.document_table} has the columns in which results are found again"


def _wsdl(lots: LotService, interface: str) -> str:
    lots.load(interface)
    return "the WSDL loads and has its Do"
