"""Times of a server, whichever way it writes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from connectors.kingdee.kinds import made
from connectors.kingdee.rows import documents, local_time, newest

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("2026-03-02T09:12:33.477", "2026-03-02T09:12:33.477000+08:00"),
        ("2026-03-02 09:12:33", "2026-03-02T09:12:33+08:00"),
        ("2026/03/02 09:12:33", "2026-03-02T09:12:33+08:00"),
        ("2026-03-02T09:12:33.28", "2026-03-02T09:12:33.280000+08:00"),
        ("2026-03-02T09:12:33.1234567", "2026-03-02T09:12:33.123000+08:00"),
        ("2026-03-02", "2026-03-02T00:00:00+08:00"),
    ],
)
def test_times_are_read_in_the_servers_zone(told: str, read: str) -> None:
    moment = local_time(told, ZONE)

    assert moment is not None
    assert moment.isoformat() == read


@pytest.mark.parametrize("told", [None, "", " ", "soon"])
def test_what_is_no_time_is_none(told: str | None) -> None:
    assert local_time(told, ZONE) is None


def test_the_newest_time_is_found_across_ways_of_writing() -> None:
    kind = made("X", "FID", "FModifyDate FApproveDate")
    rows = [[1, "2026-03-02 10:00:00", None], [2, "2026-03-02T09:59:59.9", "2026/03/02 10:00:00.5"]]

    assert newest(kind, documents(kind, rows), "2026-03-01T00:00:00.000") == "2026-03-02T10:00:00.500"
    assert newest(kind, [], "2026-03-01 00:00:00") == "2026-03-01T00:00:00.000"
    assert newest(kind, [], "") == ""
