"""Flat names make a document; what a system holds is compared with it."""

from decimal import Decimal

import pytest

from connectors.kit.flat import differing, nested
from trace_core.errors import Rejected

SENT = nested({"code": "A", "entry.1.qty": "2", "entry.0.qty": "1.5"}, "entry")


def test_lines_come_in_the_order_of_their_numbers():
    assert SENT == {"code": "A", "entry": [{"qty": "1.5"}, {"qty": "2"}]}


@pytest.mark.parametrize("name", ["entry.x.qty", "entry.0", "other.0.qty", "a.b"])
def test_a_name_of_another_form_is_refused(name):
    with pytest.raises(Rejected, match=r"neither a field of the head nor entry\.N\.name"):
        nested({name: "1"}, "entry")


def test_numbers_are_compared_as_numbers_and_what_was_not_sent_does_not_count():
    held = {"code": "A", "maker": "x", "entry": [{"qty": Decimal("1.500")}, {"qty": "2.00", "free": "y"}]}

    assert differing(held, SENT, "entry") == []


def test_every_difference_is_named():
    held = {"code": "B", "entry": [{"qty": "9"}]}

    assert differing(held, SENT, "entry") == ["code", "1 lines instead of 2", "entry.0.qty"]
    assert differing(held, SENT, "entry", besides={"code"}) == ["1 lines instead of 2", "entry.0.qty"]
