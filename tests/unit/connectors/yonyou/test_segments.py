"""It knows a segment by all its names, and lets agreed ones be written only."""

import pytest

from connectors.yonyou.segments import column, differing, held_in, is_segment, segments_of, told
from trace_core.errors import Rejected

WRITABLE = ("PrivateDescSeg1", "PubDescSeg12")


def test_it_takes_both_names_of_a_segment():
    given = {"m_descFlexField.m_privateDescSeg1": "trace:1", "PubDescSeg12": "ok"}

    assert segments_of(given, WRITABLE) == {"PrivateDescSeg1": "trace:1", "PubDescSeg12": "ok"}


def test_it_names_every_field_it_must_not_write():
    with pytest.raises(Rejected, match=r"PrivateDescSeg9, m_lotCode"):
        segments_of({"PrivateDescSeg9": "x", "m_lotCode": "y", "PrivateDescSeg1": "z"}, WRITABLE)


@pytest.mark.parametrize("name", ["PrivateDescSeg", "privateDescSeg1", "DocNo", "PubDescSeg1x"])
def test_what_is_no_segment_is_none(name):
    assert not is_segment(name)


def test_a_segment_and_a_number_have_their_columns_and_names():
    assert (column("PubDescSeg7"), column("DocNo")) == ("H.DescFlexField_PubDescSeg7", "H.DocNo")
    assert (told("PubDescSeg7"), told("DocNo")) == ("m_pubDescSeg7", "m_docNo")


def test_it_says_how_much_of_a_text_was_held():
    held = held_in({"m_descFlexField": {"m_privateDescSeg1": "cut"}}, WRITABLE)

    assert held == {"PrivateDescSeg1": "cut", "PubDescSeg12": ""}
    assert differing(held, {"PrivateDescSeg1": "cut off", "PubDescSeg12": ""}) == ["PrivateDescSeg1 (7 characters sent, 3 held)"]
