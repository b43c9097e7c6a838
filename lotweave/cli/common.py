"""What all verbs share: the options `--site` and `--json`, output, and the exit status (contract section 1)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.console import Console

from lotweave.settings import Site, read_site, site_folder
from trace_core.errors import Misconfigured, Unreachable, Verdict

DONE, NO, WRONG, UNREACHABLE = 0, 1, 2, 3

SiteOption = Annotated[Path | None, typer.Option("--site", help="The site's folder (else LOTWEAVE_SITE, else here).", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, everything else on standard error.")]

_WIDE = None if sys.stdout.isatty() else 200
err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True, width=_WIDE)


def the_site(given: Path | None) -> Site:
    """The site that `--site` names."""
    return read_site(site_folder(given))


def say(answer: Any, *, as_json: bool, person: Callable[[], None]) -> None:
    """Show an answer: as one JSON document, or as a person would want to read it."""
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str))
        sys.stdout.flush()
    else:
        person()


def end(status: int) -> NoReturn:
    """End the verb with an exit status."""
    raise typer.Exit(status)


def status_of(verdict: Verdict) -> int:
    """2 for what is configured or used wrongly, 3 for what cannot be reached, 1 for the rest."""
    if isinstance(verdict, Misconfigured):
        return WRONG
    return UNREACHABLE if isinstance(verdict, Unreachable) else NO


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turn a verdict into a sentence (or JSON) with every problem, and the exit status that belongs to it."""
    try:
        yield
    except Verdict as verdict:
        _report(verdict, as_json=as_json)
        raise typer.Exit(status_of(verdict)) from None


def _report(verdict: Verdict, *, as_json: bool) -> None:
    problems = [problem.as_json() for problem in verdict.problems]
    told = {"error": {"verdict": type(verdict).__name__, "code": verdict.code, "message": verdict.message, "problems": problems}}

    def person() -> None:
        err.print(f"[bold red]{type(verdict).__name__}[/]: ", end="")
        err.print(verdict.message, markup=False)
        for problem in verdict.problems:
            err.print(f"  {problem}", markup=False)

    say(told, as_json=as_json, person=person)
