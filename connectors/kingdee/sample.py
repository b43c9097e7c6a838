"""A small company on Kingdee, made up by the rule: so many documents of every form, each with rows, lots and serial numbers.

It is what the conformance suite reads, and with a larger `size` what volumes are measured on.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from connectors.kingdee.simulator_forms import FORMS
from connectors.kit.contract import PushRequest
from connectors.kit.grown import Grown
from connectors.kit.sample import Sample

ACCOUNT, USER, APP = "65f0c0ffee0001", "simuser", "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of the simulator alone
FIRST, FEW = 10_000_000, 8
CODES = {
    "FMATERIALID": "RM-0001", "FMATERIALIDCHILD": "RM-0002", "FUNITID": "Pcs", "FBASEUNITID": "Pcs", "FCHILDUNITID": "Pcs",
    "FLOT": "L-0001", "FUSEORGID": "100", "FCREATEORGID": "100", "FPRDORGID": "100", "FSTOCKORGID": "100", "FSUPPLIERID": "S-0001",
    "FDOCUMENTSTATUS": "C", "FCANCELSTATUS": "A", "FFORBIDSTATUS": "A", "FSTATUS": "4", "FPRODUCTTYPE": "1", "FMATERIALTYPE": "1",
    "FMOBILLNO": "MO-0001", "FISBATCHMANAGE": True, "FISSNMANAGE": False, "FMOENTRYSEQ": 1, "FCODE": "CNY",
}  # fmt: skip
"""What stands in a field, by its key in capitals; dates, quantities and texts follow from the key's ending."""


def sample(size: int = 8, only: str = "") -> Sample:
    """The company with so many documents of each form; with `only`, of that one, made when asked for, and a few of all others."""
    few = min(size, FEW) if only else size
    custom = [{"key": name, "editable_after_audit": True} for name in ("F_LW_TraceRef", "F_LW_TraceSummary")]
    forms: dict[str, Any] = {
        name: [_document(name, at, number) for number in range(0 if name == only else few)] for at, name in enumerate(FORMS)
    }
    if only:
        at = list(FORMS).index(only)
        forms[only] = Grown(size, partial(_document, only, at), FIRST * (at + 1))
    data = {
        "accounts": [{"acct_id": ACCOUNT, "name": "杭州账套"}],
        "users": [{"user": USER, "password": "sample-password", "allowed_apps": [APP]}],
        "apps": [{"app_id": APP, "secret": SECRET}],
        "server": {"zone": "Asia/Shanghai", "limit_cap": 2000},
        "custom_fields": {"PRD_INSTOCK": custom},
        "forms": forms,
    }
    settings = {"acct_id": ACCOUNT, "user": USER, "app_id": APP, "app_secret": SECRET, "mode": "session"}
    written = str(FIRST * (list(FORMS).index("PRD_INSTOCK") + 1))
    push = PushRequest("PRD_INSTOCK", written, {"F_LW_TraceRef": "HZ/lot/1"}, "sample-push")
    return Sample(data, settings, {"app_secret": "f" * 32}, push, session_lost="session_lost")


def _document(name: str, at: int, number: int) -> dict[str, Any]:
    form = FORMS[name]
    identity = FIRST * (at + 1) + number
    told = {key: _value(key, name, number) for key in form.head} | {form.pk: identity}
    if form.entity:
        told[form.entity] = [_row(name, identity, seq) for seq in (1, 2)]
    return told


def _row(name: str, identity: int, seq: int) -> dict[str, Any]:
    form = FORMS[name]
    row = {"FEntryID": 10 * identity + seq, "FSeq": seq} | {key: _value(key, name, seq) for key in form.rows}
    for sub, keys in form.subs.items():
        row[sub] = [{"FDetailID": 100 * identity + 10 * seq + at} | {key: _value(key, name, at) for key in keys} for at in (1, 2)]
    return row


def _value(key: str, name: str, number: int) -> Any:
    if key.upper() in CODES:
        return CODES[key.upper()]
    if key.endswith(("Date", "Time")) or key in {"FEFFECTDATE", "FEXPIREDATE"}:
        return f"2026-03-{1 + number // 1440 % 28:02}T{number // 60 % 24:02}:{number % 60:02}:00"
    if key.lower().endswith("qty") or key in {"FNUMERATOR", "FDENOMINATOR", "FSCRAPRATE"}:
        return Decimal("12.5")
    if key in {"FNumber", "FBillNo"}:
        return f"{name}-{number:06}"
    return f"名称 {number}" if key == "FName" else f"{key}-{number}"
