"""A recording grows by its first documents under other names and ids; what is recorded stays as it is."""

import json

import pytest

from connectors.kit.recorded import APART, grown_from

FIRST = 10**18
TOLD = {
    "tenant": "t",
    "objects": {
        "order": [{"id": FIRST, "code": "A", "qty": 2, "lines": [{"id": FIRST + 1, "code": "", "item": "x"}]}, {"id": 7, "code": "B"}]
    },
}


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "company.json"
    path.write_text(json.dumps(TOLD), "utf-8")
    return path


@pytest.mark.parametrize("size", [0, 2])
def test_a_recording_that_is_large_enough_stays(recording, size):
    assert grown_from(recording, size, names={"code"}, ids_from=FIRST) == TOLD


def test_more_documents_are_the_first_again(recording):
    *_, third = grown_from(recording, 3, names={"code"}, ids_from=FIRST)["objects"]["order"]

    assert third == {"id": FIRST + 2 * APART, "code": "A-2", "qty": 2, "lines": [{"id": FIRST + 1 + 2 * APART, "code": "", "item": "x"}]}


def test_ids_may_be_names_alone(recording):
    *_, third = grown_from(recording, 3, names={"code"})["objects"]["order"]

    assert (third["id"], third["code"]) == (FIRST, "A-2")
