"""A process is killed in the middle of taking in an EPCIS document: the next one carries the job on, and nothing is doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

from lotweave.bootstrap import House, clock
from lotweave.plumbing import plumbing_of
from pipelines.state import captures
from pipelines.steps.capture import take_in
from pipelines.steps.sweep import sweep
from trace_core.epcis.shape import CONTEXT
from trace_core.epcis.things import Ground

EVENTS = 3000
WORKER = """
import sys
from sqlalchemy import create_engine
from lotweave.bootstrap import clock
from pipelines.steps.capture import take_in
from trace_core.epcis.things import Ground
engine = create_engine(sys.argv[1])
take_in(sys.argv[2], begin=engine.begin, now=clock, ground=Ground(default_plant="HZ"))
"""


def event(number: int) -> dict[str, object]:
    return {
        "type": "TransformationEvent",
        "eventTime": f"2026-03-01T08:{number // 60 % 60:02}:{number % 60:02}.{number:06}+08:00",
        "eventTimeZoneOffset": "+08:00",
        "inputQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.022222.L1", "quantity": 1}],
        "outputEPCList": [f"urn:epc:id:sgtin:4012345.011111.{number}"],
    }


def held(house: House) -> tuple[int, int]:
    """How many captured events, and how many documents, are held."""
    with house.begin() as connection:
        asked = "SELECT (SELECT count(*) FROM captured_event), (SELECT count(*) FROM document)"
        found = connection.exec_driver_sql(asked).one()
    return int(found[0]), int(found[1])


def test_a_killed_capture_is_carried_on_to_the_same_end(house: House, database_url: str) -> None:
    frame = {"@context": [CONTEXT], "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-03-01T00:00:00Z"}
    payload = json.dumps(frame | {"epcisBody": {"eventList": [event(number) for number in range(EVENTS)]}}).encode()
    with house.begin() as connection:
        sent = {"payload": payload, "media_type": "application/ld+json", "behaviour": "rollback"}
        job = captures.add_job(connection, plants=(), now=clock(), **sent)

    worker = subprocess.Popen([sys.executable, "-c", WORKER, database_url, job])
    until = time.monotonic() + 60
    while time.monotonic() < until and not _works(house):
        assert worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    with house.begin() as connection:
        assert captures.read_job(connection, job).state == "due"
    assert held(house) == (0, 0)
    woken: list[object] = []
    later = clock() + 2 * captures.LEASE
    plumbing = plumbing_of(house, lambda _task, argument, _plant: woken.append(argument))
    with house.begin() as connection:
        assert captures.due_jobs(connection, now=later) == [job]
    take_in(job, begin=house.begin, now=lambda: later, ground=Ground(default_plant="HZ"))
    assert sweep(plumbing) == 0

    with house.begin() as connection:
        found = captures.read_job(connection, job)
    assert (found.state, found.success, found.captured, found.attempts) == ("done", True, EVENTS, 2)
    assert held(house) == (EVENTS, EVENTS)


def _works(house: House) -> bool:
    """Whether the worker is inside the transaction that takes the events in."""
    with house.begin() as connection:
        asked = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()"
        return int(connection.exec_driver_sql(asked).scalar_one()) > 0
