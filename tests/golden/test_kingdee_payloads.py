"""The golden documents of Kingdee are what its bill query gives: each goes through the simulated one and comes back as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connectors.kingdee.catalogue import kinds
from connectors.kingdee.kinds import Kind
from connectors.kingdee.rows import documents
from connectors.kingdee.simulator_forms import Store
from connectors.kingdee.simulator_query import Query
from connectors.kit.manifest import manifest, typed
from mappings.engine.cases import Case, read_cases

GIVEN = {"url": "https://erp.example/k3cloud/", "acct_id": "1", "user": "u", "organisations": ["100"]}
KINDS = kinds(typed(manifest("kingdee"), GIVEN, "hz"))
CUSTOM = {"PRD_INSTOCK": [{"key": "F_LW_TraceRef"}, {"key": "F_LW_TraceSummary"}]}
SENT = {"usual", "reversed", "organisation", "chinese"}
CASES = [case for case in read_cases(Path(__file__).parent, "kingdee") if case.kind in KINDS and case.told["about"] in SENT]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_bill_query_gives_the_document_as_the_case_has_it(case: Case) -> None:
    kind, raw = KINDS[case.kind], case.told["raw"]

    (found,) = documents(kind, asked(kind, held(raw)))

    assert found == raw


def held(told: Any) -> Any:
    """The document as the simulator holds it: what it refers to by number alone."""
    if isinstance(told, dict):
        return told["FNumber"] if set(told) == {"FNumber"} else {name: held(inner) for name, inner in told.items()}
    return [held(inner) for inner in told] if isinstance(told, list) else told


def asked(kind: Kind, document: Any) -> list[list[Any]]:
    store = Store({"forms": {kind.form: [document]}, "custom_fields": CUSTOM})
    told = {"FormId": kind.form, "FieldKeys": ",".join(kind.columns), "OrderString": ",".join(kind.keys)}
    return Query(store, told, cap=2000, turn=1).rows()
