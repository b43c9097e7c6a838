"""Due schedules become runs, once, however many beats ask; and what scheduled runs wait for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from connectors.kit.contract import Page, RawDocument
from lotweave.bootstrap import House
from pipelines.ports import Line, Plumbing
from pipelines.state import runs, schedule_runs
from pipelines.state.runs import Due
from pipelines.steps.pull import pull
from scheduler.blackout import Blackout, read_window
from scheduler.cron import read_cron
from scheduler.plan import intervals, make_due_runs, scheduled
from scheduler.schedule import Schedule
from scheduler.store import marks
from scheduler.timetable import Timetable
from scheduler.windows import windows

HZ = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 8, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERY_FIVE = Schedule("hz", "hz", HZ, 5 * MINUTE)


def plumbing(house: House, now: datetime, blackouts: Sequence[Blackout] = ()) -> Plumbing:
    line = Line("hz", "HZ", "kingdee", HZ, {"ENG_BOM": 30, "BD_MATERIAL": 10, "BD_Supplier": 10})
    nothing = lambda *_: None  # noqa: E731 - a port that is not used here
    made = Plumbing(house.begin, nullcontext, lambda: now, {"hz": line}, nothing, nothing, nothing, nothing, Path())  # type: ignore[arg-type]
    return replace(made, closed=timetable(blackouts=blackouts).closed)


def timetable(*schedules: Schedule, blackouts: Sequence[Blackout] = ()) -> Timetable:
    return Timetable(schedules, tuple(blackouts), {"hz": HZ})


def rows(house: House, what: str = "kind") -> list[Any]:
    with house.begin() as connection:
        return list(connection.execute(text(f"SELECT {what} FROM run ORDER BY nominal_at, rank, kind")).scalars())  # noqa: S608 - ours


def test_two_beats_make_one_run_of_each_kind(house: House) -> None:
    table = timetable(replace(EVERY_FIVE, kinds=("BD_MATERIAL", "ENG_BOM")))

    first = make_due_runs(table, plumbing(house, NOW))
    second = make_due_runs(table, plumbing(house, NOW))
    later = make_due_runs(table, plumbing(house, NOW + 5 * MINUTE))

    assert (len(first), len(second), len(later)) == (2, 0, 2)
    assert rows(house) == ["BD_MATERIAL", "ENG_BOM"] * 2


def test_what_is_new_goes_before_a_backfill(house: House) -> None:
    old = [Due("hz", "HZ", "BD_MATERIAL", 10, NOW - MINUTE, window=(NOW - (at + 2) * MINUTE, NOW - (at + 1) * MINUTE)) for at in range(3)]
    with house.begin() as connection:
        windows_ = runs.create(connection, old, now=NOW - MINUTE)
        own = runs.create(connection, [Due("hz", "HZ", "BD_MATERIAL", 10, NOW)], now=NOW)

        assert runs.claim(connection, windows_[0], now=NOW) is None
        assert runs.next_due(connection, "hz", now=NOW).id == own[0]
        taken = runs.claim(connection, own[0], now=NOW)
        runs.pulled(connection, taken.id, taken.token)
        assert runs.claim(connection, windows_[0], now=NOW).id == windows_[0]


def test_beats_that_race_make_each_run_once(house: House) -> None:
    schedules = [replace(EVERY_FIVE, name=f"hz {every}", when=every * MINUTE, catch_up="all") for every in (1, 2, 3, 5, 7)]
    beats, together = 4, Barrier(4)

    def beat(_: int) -> None:
        engine = create_engine(house.engine.url)  # as in a process of its own
        own = replace(house, engine=engine)
        for step in range(8):
            together.wait()
            make_due_runs(timetable(*schedules), plumbing(own, NOW + step * 5 * MINUTE))
        engine.dispose()

    with ThreadPoolExecutor(beats) as pool:
        list(pool.map(beat, range(beats)))

    nominals = {at for every in (1, 2, 3, 5, 7) for at in _multiples(every, NOW, NOW + 35 * MINUTE)}
    assert sorted(rows(house, "nominal_at")) == sorted(list(nominals) * 3)
    assert rows(house, "attempts") == [0] * len(nominals) * 3


def _multiples(every: int, first: datetime, last: datetime) -> list[datetime]:
    """The newest multiple at `first`, and all later ones up to `last`."""
    start = int(first.timestamp()) // (60 * every) * (60 * every)
    return [datetime.fromtimestamp(at, UTC) for at in range(start, int(last.timestamp()) + 1, 60 * every)]


def test_a_kind_waits_until_the_kinds_before_it_were_pulled_or_given_up(house: House) -> None:
    ids = make_due_runs(timetable(EVERY_FIVE), plumbing(house, NOW))

    with house.begin() as connection:
        due = [row.kind for row in runs.due_now(connection, now=NOW)]
        too_soon = runs.claim(connection, ids[2], now=NOW)
        first = runs.claim(connection, ids[0], now=NOW)
        runs.pulled(connection, first.id, first.token)
        half = [row.kind for row in runs.due_now(connection, now=NOW)]
        other = runs.claim(connection, ids[1], now=NOW)
        runs.stop(connection, other.id, other.token, verdict="Rejected", message="gone", now=NOW)
        last = runs.claim(connection, ids[2], now=NOW)

    assert sorted(due) == ["BD_MATERIAL", "BD_Supplier"]
    assert too_soon is None
    assert half == [other.kind]
    assert last.kind == "ENG_BOM"


def test_a_persons_sync_waits_for_no_kind(house: House) -> None:
    with house.begin() as connection:
        ids = runs.create(connection, [Due("hz", "HZ", kind, rank, NOW) for rank, kind in enumerate("ab")], now=NOW)

        assert runs.claim(connection, ids[1], now=NOW) is not None


def test_a_run_that_was_made_before_a_blackout_waits_in_it(house: House) -> None:
    closing = [Blackout("closing", *read_window("mon 16:10 - mon 18:00"))]  # in Hangzhou, eight hours ahead of UTC
    own = plumbing(house, NOW, closing)
    ids = make_due_runs(timetable(EVERY_FIVE, blackouts=closing), own)
    within, end = NOW + 4 * MINUTE, datetime(2026, 3, 2, 10, tzinfo=UTC)

    with house.begin() as connection:
        held = runs.claim(connection, ids[0], now=within, closed=own.closed)
        still = runs.claim(connection, ids[0], now=end - MINUTE, closed=own.closed)
        freed = runs.claim(connection, ids[0], now=end, closed=own.closed)
        sync = runs.create(connection, [Due("hz", "HZ", "x", 1, within)], now=within)
    made_within = make_due_runs(timetable(EVERY_FIVE, blackouts=closing), plumbing(house, within, closing))

    assert (held, still) == (None, None)
    assert freed.id == ids[0]
    assert len(sync) == 1
    assert made_within == []


def test_jitter_delays_the_start_and_not_the_nominal_time(house: House) -> None:
    make_due_runs(timetable(replace(EVERY_FIVE, jitter=4 * MINUTE)), plumbing(house, NOW))

    starts = set(rows(house, "next_attempt_at - nominal_at"))
    assert set(rows(house, "nominal_at")) == {NOW - 2 * MINUTE}
    assert len(starts) == 1
    assert timedelta(0) < starts.pop() <= 4 * MINUTE


def test_a_paused_schedule_makes_no_run_until_it_is_resumed(house: House) -> None:
    table, own = timetable(EVERY_FIVE), plumbing(house, NOW)
    with house.begin() as connection:
        assert marks.pause(connection, "hz", because="stocktaking", now=NOW)
        assert not marks.pause(connection, "hz", because="again", now=NOW)

    paused = make_due_runs(table, own)
    with house.begin() as connection:
        assert marks.held(connection, ["hz"])["hz"].paused_because == "stocktaking"
        assert marks.resume(connection, "hz")
        assert not marks.resume(connection, "hz")

    assert paused == []
    assert len(make_due_runs(table, own)) == 3


def test_cron_waits_for_its_first_time(house: House) -> None:
    table = timetable(replace(EVERY_FIVE, when=read_cron("30 16 * * *")))

    assert make_due_runs(table, plumbing(house, NOW)) == []
    assert len(make_due_runs(table, plumbing(house, NOW + 23 * MINUTE))) == 3
    assert set(rows(house, "nominal_at")) == {NOW + 23 * MINUTE}


def test_an_adaptive_interval_follows_what_the_last_runs_changed(house: House) -> None:
    adaptive = replace(EVERY_FIVE, adaptive=(MINUTE, 30 * MINUTE), kinds=("ENG_BOM",))
    table, seen = timetable(adaptive), []

    for step in range(12):
        made = make_due_runs(table, plumbing(house, NOW + step * 5 * MINUTE))
        with house.begin() as connection:
            for run_id in made:
                row = runs.claim(connection, run_id, now=NOW + 60 * MINUTE)
                runs.kept_page(connection, row.id, row.token, fetched=30, unchanged=30 if step < 8 else 0, now=NOW)
                runs.pulled(connection, row.id, row.token)
            seen.append(intervals(connection, [adaptive])["hz"] // MINUTE)

    assert seen == [10, 20, 20, 30, 30, 30, 30, 30, 30, 30, 30, 15]
    with house.begin() as connection:
        assert schedule_runs.newest(connection, ["hz", "other"])["hz"]["states"] == {"pulled": 1}


class Machine:
    """A system whose documents change once a day, asked by pull or by window."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def within(self, kind: str, since: datetime, until: datetime) -> Iterator[Page]:
        self.asked.append(f"{since:%d}-{until:%d}")
        days = range((until - since).days)
        yield Page(tuple(self._raw(kind, since + timedelta(days=day)) for day in days), {})

    def pull(self, kind: str, cursor: Any, *, full: bool = False) -> Iterator[Page]:
        self.asked.append("all" if full else "new")
        yield Page((), {"mark": "newest"})

    def close(self) -> None:
        pass

    def _raw(self, kind: str, day: datetime) -> RawDocument:
        return RawDocument("hz", kind, f"{day:%m%d}", int(day.timestamp() * 1000), b"{}", NOW)


def test_a_backfill_in_windows_reads_each_and_leaves_the_checkpoint(house: House) -> None:
    machine, line = Machine(), plumbing(house, NOW).lines["hz"]
    own = replace(plumbing(house, NOW), connector=lambda _: machine)  # type: ignore[arg-type, return-value]
    pieces = windows(date(2026, 2, 1), date(2026, 2, 5), 2, HZ)
    schedule = replace(EVERY_FIVE, kinds=("ENG_BOM",))
    [plain] = scheduled(schedule, line, NOW)
    with house.begin() as connection:
        normal = runs.create(connection, [plain], now=NOW)
        ids = runs.create(connection, [replace(plain, window=piece) for piece in pieces], now=NOW)
        again = runs.create(connection, [replace(plain, window=piece) for piece in pieces], now=NOW)

    done = [pull(run_id, own) for run_id in ids]

    with house.begin() as connection:
        cursor = connection.execute(text("SELECT cursor FROM checkpoint")).scalar_one()
        keys = list(connection.execute(text("SELECT key FROM inbox ORDER BY key")).scalars())
        changes = schedule_runs.changes(connection, ["hz"], 16)
    assert again == ids
    assert set(normal) < set(ids)
    assert all(done)
    assert sorted(machine.asked) == ["02-04", "04-05", "31-02", "new"]  # in UTC: midnight in Hangzhou is 16:00 of the day before
    assert cursor == {"mark": "newest"}
    assert len(keys) == 5
    assert changes == {"hz": [0]}


def test_a_window_that_a_system_cannot_take_stops_its_run_with_the_reason(house: House) -> None:
    own = replace(plumbing(house, NOW), connector=lambda _: BytesIO())  # type: ignore[arg-type, return-value]
    [plain] = scheduled(replace(EVERY_FIVE, kinds=("ENG_BOM",)), own.lines["hz"], NOW)
    with house.begin() as connection:
        [run_id] = runs.create(connection, [replace(plain, window=(NOW - timedelta(days=1), NOW))], now=NOW)

    assert not pull(run_id, own)

    with house.begin() as connection:
        [told] = runs.listing(connection, [run_id])
    assert (told["state"], told["verdict"]) == ("stopped", "Misconfigured")
    assert "cannot be asked for a range of time" in told["message"]
