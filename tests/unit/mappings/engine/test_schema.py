"""The schema for editors takes what the reader takes and refuses what it refuses, as far as a schema can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mapping_desk import HEAD, Desk
from ruamel.yaml import YAML

from mappings.engine.load import SHIPPED, read_mapping
from mappings.engine.schema import schema
from trace_core.errors import Misconfigured

VALIDATOR = Draft202012Validator(schema())
ROOT = Path(__file__).resolve().parents[4]
FILES = [*SHIPPED.glob("*/*.yml"), *ROOT.glob("lotweave/*/site/mappings/*/*.yml")]


def refused(text: str) -> list[str]:
    told: Any = YAML(typ="safe").load(text)
    return [error.message for error in VALIDATOR.iter_errors(told)]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_shipped_mapping_fulfils_it(path: Path) -> None:
    assert refused(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "fields",
    [
        "      oder: x\n",
        "      order: {frm: x}\n",
        "      order: [x]\n",
        "      thing: {kid: {constant: lot}}\n",
        "      order: {from: x, constant: y}\n",
        "      order: {from: x, nummer: true}\n",
        "      order: {from: x, code: {table: t, unknown: skip}}\n",
        "      order: {from: x, call: uper}\n",
        "      order: {from: x, call: {function: left}}\n",
        "      order: {from: x, limit: {bites: 3}}\n",
        "      order: {from: x, convert: {from: y}}\n",
        "      order: {from: x, when: {y: somehow}}\n",
        "      order: {from: x, flag: {yes: [1]}}\n",
        "      order: {join: x}\n",
        "      order: x\nexpect: {rejected: {at_least: 1}}\n",
        "      order: x\nignored: [a]\n",
    ],
)
def test_a_mistake_is_seen_by_both(desk: Desk, fields: str) -> None:
    with pytest.raises(Misconfigured):
        read_mapping(desk.write("mappings/kingdee/TEST.yml", HEAD + fields))
    assert refused(HEAD + fields) != []
