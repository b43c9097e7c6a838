"""What a subscription may state, how deliveries are signed, and how long failures make it wait."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from trace_core.epcis.queries import from_json
from trace_core.epcis.subscriptions import check_query, read_socket, read_subscription, signature, wait_after
from trace_core.errors import Rejected

ORIGINS = ("https://partner.example.com", "http://127.0.0.1:9000/", "https://[::1]:8443")
DEST = "https://partner.example.com/hook"


def test_a_stream_and_a_schedule_are_read() -> None:
    stream = read_subscription(
        {"dest": DEST, "signatureToken": "s", "stream": True, "initialRecordTime": "2026-03-01T08:00:00+08:00"}, ORIGINS
    )
    daily = read_subscription({"dest": DEST, "reportIfEmpty": True, "schedule": {"hour": "1", "minute": 5}}, ORIGINS)

    assert (stream.token, stream.schedule, stream.report_if_empty) == ("s", None, False)
    assert stream.initial
    assert stream.initial.isoformat() == "2026-03-01T08:00:00+08:00"
    assert (daily.token, daily.schedule, daily.report_if_empty) == (None, {"hour": "1", "minute": 5}, True)
    assert stream.digest("x") != daily.digest("x") != daily.digest("y")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"dest": None}, "dest"),
        ({"signatureToken": ""}, "signatureToken"),
        ({"signatureToken": 5}, "signatureToken"),
        ({"stream": None}, "stream"),
        ({"stream": False}, "stream"),
        ({"stream": "true"}, "stream"),
        ({"stream": []}, "stream"),
        ({"schedule": {"hour": "1"}}, "stream"),
        ({"stream": None, "schedule": {"hour": "24"}}, "schedule.hour"),
        ({"reportIfEmpty": "yes"}, "reportIfEmpty"),
        ({"initialRecordTime": "yesterday"}, "initialRecordTime"),
        ({"initialRecordTime": "2026-03-01T08:00:00"}, "initialRecordTime"),
        ({"subscriptionID": "mine"}, "subscriptionID"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(Rejected) as fault:
        read_subscription({"dest": DEST, "stream": True} | changes, ORIGINS)

    assert [problem.path for problem in fault.value.problems] == [path]
    assert fault.value.code == "controls"


@pytest.mark.parametrize("told", [None, [], "x"])
def test_a_body_that_is_no_object_is_refused(told: Any) -> None:
    with pytest.raises(Rejected):
        read_subscription(told, ORIGINS)


@pytest.mark.parametrize("limit", [{"eventCountLimit": 5, "orderBy": "eventTime"}, {"maxEventCount": 5}])
def test_a_limited_query_cannot_stand(limit: dict[str, Any]) -> None:
    query = from_json(limit)
    check_query(from_json({"eventType": ["ObjectEvent"]}))

    with pytest.raises(Rejected) as fault:
        check_query(query)

    assert fault.value.code == "controls"


def test_the_signature_is_the_hmac_of_rfc_4231() -> None:
    assert signature("Jefe", b"what do ya want for nothing?") == "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_waiting_grows_up_to_an_hour() -> None:
    waits = [wait_after(failures) for failures in range(1, 40)]

    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (timedelta(seconds=5), timedelta(seconds=10), timedelta(hours=1))


def test_the_parameters_of_a_websocket_are_read() -> None:
    stream = read_socket([("stream", "true"), ("initialRecordTime", "2026-03-01T08:00:00+08:00")])
    daily = read_socket([("hour", "1"), ("minute", "5"), ("reportIfEmpty", "true")])

    assert (stream.dest, stream.schedule, stream.report_if_empty) == ("", None, False)
    assert stream.initial
    assert (daily.schedule, daily.report_if_empty, daily.initial) == ({"hour": "1", "minute": "5"}, True, None)


@pytest.mark.parametrize(
    ("told", "paths"),
    [
        ([], ["stream"]),
        ([("stream", "false")], ["stream"]),
        ([("stream", "true"), ("hour", "1")], ["stream"]),
        ([("stream", "true"), ("stream", "true")], ["stream"]),
        ([("stream", "true"), ("signatureToken", "s"), ("perPage", "5")], ["signatureToken", "perPage"]),
        ([("hour", "24"), ("reportIfEmpty", "yes")], ["schedule.hour", "reportIfEmpty"]),
    ],
)
def test_what_is_wrong_with_the_parameters_of_a_websocket_is_named(told: list[tuple[str, str]], paths: list[str]) -> None:
    with pytest.raises(Rejected) as fault:
        read_socket(told)

    assert [problem.path for problem in fault.value.problems] == paths
