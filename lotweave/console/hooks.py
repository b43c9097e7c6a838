"""`/hooks/CONNECTION`: a system says that something changed, signed as that system signs; what changed is pulled within seconds.

No key: the signature is the proof, and all it can do is let a pull come earlier.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Response, request

from connectors.kit.hooks import LARGEST, Heard, Message
from connectors.kit.manifest import front_door, manifest
from lotweave.bootstrap import House
from lotweave.console.answers import problem
from lotweave.plumbing import lines_of
from lotweave.settings import resolved
from pipelines.state import runs
from pipelines.state.runs import Due
from trace_core.errors import Verdict

TOGETHER = timedelta(seconds=5)
"""Messages that come within so long lead to one pull of a kind."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BY_HOOK = "hook"
"""What such runs have in the place of a schedule's name: like those of schedules they wait while the connection is closed."""


def post_hook(house: House, connection: str) -> Response:
    """Take a message and answer as the system expects.

    Errors: 404 for a connection that hears nothing, 400 for a message that is not to be believed.
    """
    found = house.site.connections.get(connection)
    man = manifest(found.system) if found else None
    if found is None or man is None or not man.hook:
        return problem(404, "Unknown", f"there is no connection {connection} whose system sends messages")
    if (request.content_length or 0) > LARGEST:
        return problem(413, "Too large", f"a message has at most {LARGEST} bytes")
    message = Message(request.get_data(), {name.lower(): value for name, value in request.headers.items()}, request.args.to_dict())
    try:
        heard: Heard = front_door(man.hook)(resolved(found, house.site.folder), message)
    except Verdict as verdict:
        return problem(400, verdict.code, verdict.message)
    line = lines_of(house.site)[connection]
    now = house.now()
    when = _together(now)
    ranks = {kind: line.kinds[kind] for kind in heard.kinds if kind in line.kinds}
    dues = [Due(connection, line.plant, kind, rank, when, schedule=BY_HOOK, start_at=when) for kind, rank in ranks.items()]
    with house.begin() as transaction:
        runs.create(transaction, dues, now=now)
    return Response(heard.reply, 200, content_type=heard.media_type)


def _together(now: datetime) -> datetime:
    """The end of the span that a message came in: a pull that begins then finds all that was told of."""
    return _EPOCH + ((now - _EPOCH) // TOGETHER + 1) * TOGETHER
