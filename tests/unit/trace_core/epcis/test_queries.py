"""Parameters of a query, from a URL and from JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from trace_core.epcis.fields import Field
from trace_core.epcis.queries import Condition, from_json, from_url
from trace_core.errors import Rejected


def test_a_url_and_a_json_object_say_the_same() -> None:
    url = from_url(
        [
            ("eventType", "ObjectEvent|AggregationEvent"),
            ("GE_eventTime", "2026-03-01T00:00:00 00:00"),
            ("EQ_bizTransaction_po", "urn:x:1"),
            ("LE_quantity_KGM", "2.5"),
            ("orderBy", "recordTime"),
            ("maxEventCount", "10"),
        ]
    )
    told = {
        "eventType": ["ObjectEvent", "AggregationEvent"],
        "GE_eventTime": "2026-03-01T00:00:00Z",
        "EQ_bizTransaction_po": ["urn:x:1"],
        "LE_quantity_KGM": 2.5,
        "orderBy": "recordTime",
        "maxEventCount": 10,
    }

    assert url == from_json(told)
    assert url.conditions == (
        Condition("eventType", ("ObjectEvent", "AggregationEvent")),
        Condition("GE_eventTime", (datetime(2026, 3, 1, tzinfo=UTC),)),
        Condition("EQ_bizTransaction", ("urn:x:1",), "po"),
        Condition("LE_quantity", (Decimal("2.5"),), "KGM"),
    )
    assert (url.by_record_time, url.descending, url.limit, url.most) == (True, True, None, 10)


def test_words_are_taken_in_every_spelling() -> None:
    spellings = ["shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping", "cbv:BizStep-shipping"]

    assert from_url([("EQ_bizStep", "|".join(spellings))]).values("EQ_bizStep") == ("shipping",) * 4


def test_every_wrong_parameter_is_named_at_once() -> None:
    given = [
        ("GE_eventDate", "x"), ("GE_eventTime", "x"), ("EQ_action", "SHIPPED"), ("orderDirection", "SIDEWAYS"), ("EQ_quantity", "many"),
        ("EQ_eventID", "17"), ("eventCountLimit", "0"), ("EQ_bizStep", "transforming"), ("EQ_action", "ADD"),
        ("EQ_nobody:count", "1"), ("GT_cbvmda:lotNumber", "many"), ("EQ_value", "8"), ("GE_value_CEL", "warm"), ("EQ_type", "Heat"),
        ("EQ_booleanValue", "perhaps"), ("GE_startTime", "today"), ("orderBy", "quantity"), ("HASATTR_readPoint_x", "a"),
    ]  # fmt: skip

    with pytest.raises(Rejected) as refused:
        from_url(given)

    named = {problem.path for problem in refused.value.problems}
    assert named == {name for name, _ in given}


@pytest.mark.parametrize("name", ["Query_with_invalid_values.json", "Query_with_unknown_parameter.json"])
def test_queries_that_others_call_invalid_are_refused(data: Path, name: str) -> None:
    told = json.loads((data / "openepcis/2.0/JSON/Query/Queries/Invalid" / name).read_bytes())

    with pytest.raises(Rejected):
        from_json(told)


def test_what_is_no_object_is_no_query() -> None:
    with pytest.raises(Rejected):
        from_json(["eventType"])


def test_prefixes_are_declared_by_the_query_itself_or_beside_its_url() -> None:
    namespace = "https://ns.example.com/epcis/"
    told = {"@context": [{"x": namespace}], "GE_INNER_ILMD_x:depth": 2, "orderBy": "x:rank", "EQ_bizStep": ["x:baking"]}

    query = from_json(told)

    url = [("GE_INNER_ILMD_x:depth", "2"), ("orderBy", f"{namespace}#rank"), ("EQ_bizStep", "x:baking")]
    assert query == from_url(url, {"x": namespace})
    assert query.by_field == Field(f"{{{namespace}}}rank")
    assert query.conditions == (
        Condition("GE", (Decimal(2),), field=Field(f"{{{namespace}}}depth", "ILMD", inner=True)),
        Condition("EQ_bizStep", (f"{namespace}baking",)),
    )


def test_a_limit_needs_an_order() -> None:
    with pytest.raises(Rejected, match="1 problem"):
        from_url([("eventCountLimit", "1")])


def test_a_plus_that_a_url_made_a_blank_is_a_plus_again() -> None:
    query = from_url([(f"{sign}_gs1:seen", "2026-03-01T08:00:00 08:00") for sign in ("EQ", "GE")])

    assert [one.values for one in query.conditions] == [(datetime(2026, 3, 1, tzinfo=UTC),)] * 2
