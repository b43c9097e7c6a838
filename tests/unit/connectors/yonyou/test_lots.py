"""It writes into agreed segments only."""

import pytest

from connectors.yonyou.lots import segments_of
from trace_core.errors import Rejected

WRITABLE = ("PrivateDescSeg1", "PubDescSeg12")


def test_it_takes_both_names_of_a_segment():
    told = {"m_descFlexField.m_privateDescSeg1": "trace:1", "PubDescSeg12": "ok"}

    assert segments_of(told, WRITABLE) == {"m_privateDescSeg1": "trace:1", "m_pubDescSeg12": "ok"}


def test_it_names_every_field_it_must_not_write():
    with pytest.raises(Rejected, match=r"PrivateDescSeg9, m_lotCode"):
        segments_of({"PrivateDescSeg9": "x", "m_lotCode": "y", "PrivateDescSeg1": "z"}, WRITABLE)
