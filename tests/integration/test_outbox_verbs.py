"""The verbs of the outbox over a whole site: a result is looked at, held, let go, taken back and told again, in U9 and in Kingdee."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from connectors.kit.manifest import front_door, manifest
from connectors.kit.simulator import Running
from lotweave.bootstrap import House
from lotweave.cli.main import app_of
from lotweave.demo import kingdee_data, yonyou_data
from lotweave.demo.site import make_site
from lotweave.demo.story import story

REFERENCES = {"HZ": "F_LW_TraceRef", "SU": "m_descFlexField.m_privateDescSeg1"}


@pytest.fixture
def folder(house: House, tmp_path: Path) -> Iterator[Path]:
    data = {"kingdee": kingdee_data.data(story()), "yonyou": yonyou_data.data(story())}
    hz, su = (Running(front_door(manifest(name).simulator)(told)) for name, told in data.items())
    with hz, su:
        made = make_site(tmp_path / "site", hz=hz.url, su=su.url).folder
        file = made / "lotweave.toml"
        told = file.read_text("utf-8")
        assert "[services]" not in told
        file.write_text(f'{told}\n[services]\ndatabase = "{house.site.database}"\n', "utf-8")
        yield made


def verb(folder: Path, *words: str, status: int = 0) -> Any:
    done = CliRunner().invoke(app_of(), [*words, "--site", str(folder), "--json"])
    assert done.exit_code == status, done.output
    return orjson.loads(done.stdout)


def reference(row: dict[str, Any], name: str) -> str:
    return str(row["holds"][name])


@pytest.mark.parametrize("plant", ["HZ", "SU"])
def test_a_result_is_looked_at_held_taken_back_and_told_again(folder: Path, plant: str) -> None:
    verb(folder, "sync", plant)
    row = next(one for one in verb(folder, "outbox", "list")["outbox"] if one["state"] == "confirmed")
    number, name = str(row["id"]), REFERENCES[plant]
    assert verb(folder, "outbox", "show", number)["difference"] == {}

    verb(folder, "outbox", "hold", "--connection", row["connection"], "--reason", "stock-taking")
    assert verb(folder, "outbox", "reverse", number)["done"] == [row["id"]]
    verb(folder, "sync", plant)
    assert verb(folder, "outbox", "list", status=1)["held_connections"] == {row["connection"]: "stock-taking"}
    assert reference(verb(folder, "outbox", "show", number), name).startswith("LW-")

    verb(folder, "outbox", "release", "--connection", row["connection"])
    verb(folder, "sync", plant)
    assert reference(verb(folder, "outbox", "show", number), name) == ""
    assert verb(folder, "outbox", "reverse", number, status=1)["not_done"] == [row["id"]]

    assert verb(folder, "outbox", "release", number)["done"] == [row["id"]]
    verb(folder, "sync", plant)
    told = verb(folder, "outbox", "show", number)
    assert (reference(told, name), told["difference"]) == (row["fields"][name], {})


def test_rows_and_connections_that_are_not_there_are_named(folder: Path) -> None:
    assert verb(folder, "outbox", "show", "7", status=2)["error"]["code"] == "usage"
    assert verb(folder, "outbox", "hold", "--connection", "nowhere", status=2)["error"]["code"] == "connection"
    assert verb(folder, "outbox", "hold", status=2)["error"]["code"] == "usage"
    assert verb(folder, "outbox", "retry", "7", status=1)["not_done"] == [7]
