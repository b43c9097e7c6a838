"""A verb alone is the same verb as among all others, and what is no verb is met by all of them."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from lotweave.cli.main import GROUPS, VERBS, app_of


@pytest.mark.parametrize("verb", [*VERBS, *GROUPS])
def test_a_verb_is_found_alone(verb: str) -> None:
    told = CliRunner().invoke(app_of(verb), [verb, "--help"])

    assert told.exit_code == 0
    assert told.output == CliRunner().invoke(app_of(), [verb, "--help"]).output
    assert set(getattr(typer.main.get_command(app_of(verb)), "commands", {})) == {verb}


@pytest.mark.parametrize("word", [None, "--help", "nonsense"])
def test_without_a_verb_all_are_there(word: str | None) -> None:
    assert list(getattr(typer.main.get_command(app_of(word)), "commands", {})) == [*VERBS, *GROUPS]
