"""Whatever an event's name and body look like, what comes out is which documents of which kind changed."""

import pytest

from connectors.kit import exact_json
from connectors.yonbip.events import NEW, OLD, opened_event, reply
from connectors.yonbip.sealing import Holder, encrypted, new_signature, old_signature, opened
from trace_core.errors import Rejected

KEY, SECRET, RANDOM = "demoAppKey0001", "demo-secret-0001", b"0123456789abcdef"


def body(event, *, names=(NEW,), key=KEY):
    cipher = encrypted(SECRET, exact_json.dumps(event).decode(), key=key, random=RANDOM)
    holder = Holder("1568098531823", "uM48M4qajlEtVCz4", cipher)
    signed = {NEW: new_signature(SECRET, holder), OLD: old_signature(SECRET, holder)}
    told = {"timestamp": 1568098531823, "nonce": holder.nonce, "encrypt": cipher, **{name: signed[name] for name in names}}
    return exact_json.dumps(told)


def event(told, **how):
    return opened_event(body({"eventId": "e-1", "timestamp": 1, **told}, **how), app_key=KEY, app_secret=SECRET)


@pytest.mark.parametrize(
    ("told", "kind", "ids"),
    [
        ({"type": "po_production_order_audit", "id": 2184924571914000221}, "productionorder", ("2184924571914000221",)),
        ({"type": "YXYBASEDOC_PC_PRODUCT_UPDATE", "archive": {"id": "7", "orgId": "9"}}, "product", ("7",)),
        ({"type": "st_storeprorecord_save", "userObject": {"archives": [{"id": 1}, {"id": 2}, {"id": 1}]}}, "storeprorecord", ("1", "2")),
        ({"type": "st_salesout_audit", "BILL_INFO": '{"id": "5", "code": "XSCK"}'}, "salesout", ("5",)),
        ({"type": "st_purinrecord_audit", "BILL_INFO": "{broken"}, "purinrecord", ()),
        ({"type": "po_finishedreport_audit", "ids": [3, 4]}, "finishedreport", ("3", "4")),
        ({"type": "st_othinrecord_audit", "id": 5}, "", ()),
    ],
)
def test_kind_and_ids_are_found_wherever_they_stand(told, kind, ids):
    found = event(told)

    assert (found.kind, found.ids, found.id) == (kind, ids, "e-1")


@pytest.mark.parametrize("names", [(NEW,), (OLD,), (NEW, OLD)])
def test_either_generation_is_verified(names):
    assert event({"type": "CHECK_URL"}, names=names).type == "CHECK_URL"


def test_a_ticket_of_a_suite_comes_the_same_way():
    assert event({"type": "SUITE_TICKET", "suiteTicket": "t-1"}).ticket == "t-1"


def test_an_event_for_another_application_is_rejected():
    with pytest.raises(Rejected, match="another application"):
        event({"type": "CHECK_URL"}, key="anotherKey")


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"timestamp": 1, "nonce": "n", "encrypt": "e"}'])
def test_what_is_no_event_is_rejected(broken):
    with pytest.raises(Rejected):
        opened_event(broken, app_key=KEY, app_secret=SECRET)


@pytest.mark.parametrize("name", ["timestamp", "nonce", "encrypt"])
def test_a_changed_part_breaks_the_signature(name):
    told = exact_json.loads(body({"type": "CHECK_URL"})) | {name: "x"}

    with pytest.raises(Rejected):
        opened_event(exact_json.dumps(told), app_key=KEY, app_secret=SECRET)


def test_a_signature_of_the_new_generation_that_is_wrong_is_not_saved_by_the_old_one():
    told = exact_json.loads(body({"type": "CHECK_URL"}, names=(NEW, OLD))) | {NEW: "wrong"}

    with pytest.raises(Rejected, match="not signed"):
        opened_event(exact_json.dumps(told), app_key=KEY, app_secret=SECRET)


@pytest.mark.parametrize("name", [NEW, OLD])
def test_the_answer_is_signed_as_the_event_was(name):
    told = exact_json.loads(reply(body({"type": "CHECK_URL"}, names=(name,)), app_key=KEY, app_secret=SECRET, random=RANDOM))

    assert set(told) == {"timestamp", "nonce", "encrypt", name}
    assert opened(SECRET, told["encrypt"]) == ("success", KEY)
