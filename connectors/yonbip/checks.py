"""The connection test: what was tried, whether it worked, and what to change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.kit.contract import Finding
from connectors.yonbip.client import Gateway
from connectors.yonbip.kinds import KindPlan
from trace_core.errors import Verdict


def findings(gateway: Gateway, plans: Mapping[str, KindPlan]) -> list[Finding]:
    """One finding per thing tried; what depends on something that failed is not tried."""
    told = [_tried("data centre", lambda: f"the tenant's gateway is {gateway.addresses().gateway}")]
    if told[-1].ok:
        told.append(_tried("token", lambda: f"YonBIP knows the application: its token has {len(gateway.token().text)} characters"))
    if told[-1].ok:
        read = [plan for plan in plans.values() if not plan.raw]
        told += [_tried(plan.name, lambda p=plan: _listed(gateway, p)) for plan in read]  # type: ignore[misc]
    return told


def _tried(subject: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, ok=True, sentence=attempt())
    except Verdict as fault:
        return Finding(subject, ok=False, sentence=fault.message, verdict=type(fault).__name__)


def _listed(gateway: Gateway, plan: KindPlan) -> str:
    told = gateway.post(plan.path, {"pageIndex": 1, "pageSize": 1, **plan.listing}) or {}
    return f"{plan.path} answers; it has {told.get('recordCount', 'an unknown number of')} rows for this application"
