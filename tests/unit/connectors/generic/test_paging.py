"""Pages by offset end where the definition says, and never go round for ever."""

from __future__ import annotations

import pytest

from connectors.generic.paging import pages
from trace_core.errors import Misconfigured

ROWS = [{"id": number} for number in range(5)]


def asking(size, asked):
    def ask(offset, number):
        asked.append((offset, number))
        return ROWS[offset : offset + size]

    return ask


def test_it_ends_at_an_empty_page():
    asked = []

    assert [len(page) for page in pages(asking(2, asked), size=2, short_page="continues")] == [2, 2, 1]
    assert asked == [(0, 1), (2, 2), (4, 3), (5, 4)]


def test_it_ends_at_a_short_page_when_that_is_the_last():
    asked = []

    assert [len(page) for page in pages(asking(2, asked), size=2, short_page="last")] == [2, 2, 1]
    assert asked == [(0, 1), (2, 2), (4, 3)]


def test_it_reads_all_of_a_system_that_caps_its_pages_silently():
    assert sum(len(page) for page in pages(asking(2, []), size=500, short_page="continues")) == 5


def test_it_stops_at_a_system_that_ignores_the_offset():
    with pytest.raises(Misconfigured, match="same page came twice"):
        list(pages(lambda _offset, _number: ROWS, size=5, short_page="last"))
