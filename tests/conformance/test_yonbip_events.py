"""Events of both generations go from the simulated platform to a callback over a real socket, and the answer comes back as it wants it."""

import secrets
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.kit.simulator import Running, Simulator
from connectors.yonbip.events import NEW, OLD, Event, opened_event, reply
from connectors.yonbip.simulator_push import WAITS, Pusher
from trace_core.errors import Rejected

KEY, SECRET = "demoAppKey0001", "demo-secret-0001"
EVENT = {"eventId": "e-2", "timestamp": 1772596800000, "tenantId": "abc12345"}


class Callback(Simulator):
    """What a tenant names as the address of its subscription: it opens events and says "success"."""

    def __init__(self, *, encrypts: bool = True, ill: int = 0) -> None:
        super().__init__({})
        self.encrypts, self.ill = encrypts, ill
        self.events: list[Event] = []

    def respond(self, request: Request) -> Response:
        self.ledger.called("event")
        body = request.get_data()
        if self.ill:
            self.ill -= 1
            return Response("busy", 503)
        try:
            self.events.append(opened_event(body, app_key=KEY, app_secret=SECRET))
        except Rejected as fault:
            return Response(fault.message, 400)
        return Response(reply(body, app_key=KEY, app_secret=SECRET, random=secrets.token_bytes(16), encrypts=self.encrypts))


def pushed(callback: Callback, event: dict[str, Any], generation: str = NEW, secret: str = SECRET) -> tuple[int, list[float]]:
    waited: list[float] = []
    with Running(callback) as running:
        pusher = Pusher(running.url, KEY, secret, generation=generation, wait=waited.append)
        taken = pusher.push(event)
        pusher.close()
    return taken, waited


@pytest.mark.parametrize("generation", [NEW, OLD])
@pytest.mark.parametrize("encrypts", [True, False])
def test_a_check_of_the_address_is_answered_in_either_generation_and_form(generation, encrypts):
    callback = Callback(encrypts=encrypts)

    taken, _ = pushed(callback, EVENT | {"type": "CHECK_URL"}, generation)

    assert taken == 1
    assert [(event.type, event.kind, event.ids) for event in callback.events] == [("CHECK_URL", "", ())]


def test_an_event_that_is_not_taken_is_pushed_again_under_the_same_id():
    callback = Callback(ill=2)

    taken, waited = pushed(callback, EVENT | {"type": "st_materialout_audit", "id": 2184924571914000501})

    assert (taken, waited) == (3, list(WAITS[:2]))
    assert callback.events == [Event("st_materialout_audit", "e-2", 1772596800000, "abc12345", "materialout", ("2184924571914000501",))]


def test_an_event_signed_with_another_secret_is_not_opened():
    callback = Callback()

    taken, _ = pushed(callback, EVENT | {"type": "CHECK_URL"}, secret="another-secret")

    assert (taken, callback.events) == (0, [])
    assert callback.ledger.calls["event"] == 1 + len(WAITS)
