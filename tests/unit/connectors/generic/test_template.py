"""Templates of requests: placeholders, nothing more."""

from __future__ import annotations

import pytest

from connectors.generic.template import NoInteger, UnknownName, as_text, dig, fill, fill_path

VALUES = {"n": 5, "name": "张", "since": {"year": 2026}, "rows": [1, 2], "user": "u", "token": "t", "yes": True, "none": None}


def test_it_keeps_the_type_of_a_value_that_stands_alone_and_makes_text_of_one_inside():
    assert fill({"a": "{n}", "b": ["{rows}", "x{n}y"], "c": "{since.year}"}, VALUES) == {"a": 5, "b": [[1, 2], "x5y"], "c": 2026}


def test_it_writes_tables_lists_and_flags_inside_a_text_as_json_and_nothing_as_nothing():
    assert fill("d={rows}&y={yes}&n={none}&s={since}", VALUES) == 'd=[1,2]&y=true&n=&s={"year":2026}'


def test_it_encodes_what_is_inside_base64():
    assert fill("Session {base64:{user}:{token}}", VALUES) == "Session dTp0"
    assert fill("{base64:{rows}}", VALUES) == "WzEsMl0="


def test_it_never_takes_a_value_for_a_template():
    values = {"a": "{b}", "b": "secret"}

    assert fill(["{a}", "x{a}", "{base64:{a}}"], values) == ["{b}", "x{b}", "e2J9"]


def test_it_makes_a_whole_number_of_a_text_that_spells_one():
    assert fill(["id", "=", "{integer:{key}}"], {"key": "12"}) == ["id", "=", 12]
    with pytest.raises(NoInteger, match="key"):
        fill("{integer:{key}}", {"key": "1.5"})


def test_it_leaves_what_is_no_placeholder():
    assert fill(["{}", "{ n }", 1, None, True], VALUES) == ["{}", "{ n }", 1, None, True]


def test_it_names_the_placeholder_that_has_no_value():
    with pytest.raises(UnknownName, match=r"since\.month"):
        fill("x{since.month}", VALUES)


def test_it_encodes_in_a_path_what_no_path_can_hold():
    assert fill_path("/{a}/{b}", {"a": "v1/lots", "b": "a b?c"}) == "/v1/lots/a%20b%3Fc"


def test_it_digs_through_tables_and_lists():
    assert dig({"error": ["UserError", ["text"]]}, "error.1.0") == "text"
    assert dig({"error": []}, "error.0") is None
    assert dig("text", "0") is None
    assert dig([1], "") == [1]


def test_it_leaves_a_text_as_it_is():
    assert as_text("张") == "张"
