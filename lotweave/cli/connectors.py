"""`lotweave connector`: a connector of one's own begun, and any connector judged by what every connector must do."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer

from connectors.kit.conformance import CHECKS, Line, conform, sentence
from connectors.kit.manifest import manifest, systems
from lotweave.cli.common import NO, JsonOption, end, err, out, reported, say
from trace_core.errors import Misconfigured

connector = typer.Typer(no_args_is_help=True, help="Connectors of one's own: begun, and judged.")


@connector.command("new")
def new(
    name: Annotated[str, typer.Argument(help="The system's name: lower-case letters and digits.")],
    folder: Annotated[Path | None, typer.Argument(help="Where the package is made; else a folder of its name here.")] = None,
    title: Annotated[str, typer.Option(help="The system's name as people write it.")] = "",
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Make a package with a connector that runs, its simulator and its sample; install it with pip, and Lotweave knows it."""
    with reported(as_json=as_json):
        home = (folder or Path(f"lotweave-connector-{name}")).resolve()
        if not re.fullmatch(r"[a-z][a-z0-9]{1,30}", name):
            raise Misconfigured(f"{name!r} is no name: lower-case letters and digits, beginning with a letter", code="usage")
        if name in systems():
            raise Misconfigured(f"there is a connector {name} already", code="usage")
        if home.exists() and any(home.iterdir()):
            raise Misconfigured(f"{home} is not empty", code="usage")
        made = _made(home, {"name": name, "package": f"lotweave_{name}", "title": title or name.capitalize(), "upper": name.upper()})
        told = {"name": name, "folder": str(home), "files": made}
        steps = f"made {len(made)} files in {home}\nnext: pip install -e {home}\nthen: lotweave connector conform {name}"
        say(told, as_json=as_json, person=lambda: out.print(steps, markup=False))


def _made(home: Path, words: dict[str, str]) -> list[str]:
    """The files of the new package, with its words put in."""
    made = []
    for part in sorted(files("connectors.kit").joinpath("scaffold").iterdir(), key=lambda one: one.name):
        if not part.name.endswith(".txt"):
            continue
        file = part.name.removesuffix(".txt")
        place = home / file if file == "pyproject.toml" else home / words["package"] / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(Template(part.read_text("utf-8")).safe_substitute(words), "utf-8")
        made.append(str(place.relative_to(home)))
    return made


@connector.command("conform")
def conform_(
    names: Annotated[list[str] | None, typer.Argument(help="Systems; else all that are installed.")] = None,
    as_json: JsonOption = False,  # noqa: FBT002 - an option of the command line
) -> None:
    """Judge connectors against their simulators; exit status 1 when one does not do what it must."""
    with reported(as_json=as_json):
        told = {name: _judged(name, quiet=as_json) for name in names or systems()}
        say({name: [_shown(line) for line in lines] for name, lines in told.items()}, as_json=as_json, person=lambda: _summary(told))
    if any(not line.ok for lines in told.values() for line in lines):
        end(NO)


def _judged(name: str, *, quiet: bool) -> list[Line]:
    man = manifest(name)
    if not man.simulator or not man.sample:
        raise Misconfigured(f"{name} has no simulator or no sample in its manifest: nothing to be judged against", code="no_sample")
    lines = []
    for check in CHECKS:
        lines.append(line := conform(man, check))
        mark = "--" if line.untried else "ok" if line.ok else "NO"
        words = line.wrong or line.untried or ", ".join(f"{key.replace('_', ' ')} {value:g}" for key, value in line.figures.items())
        (err if quiet else out).print(f"{name:10} {mark:3} {sentence(check)}" + (f" ({words})" if words else ""), markup=False)
    return lines


def _shown(line: Line) -> dict[str, Any]:
    return {"check": line.check, "ok": line.ok, "wrong": line.wrong, "untried": line.untried, "figures": line.figures}


def _summary(told: dict[str, list[Line]]) -> None:
    for name, lines in told.items():
        tried = [line for line in lines if not line.untried]
        left = f", {len(lines) - len(tried)} do not apply" if len(tried) < len(lines) else ""
        out.print(f"{name}: {sum(line.ok for line in tried)} of {len(tried)} checks passed{left}", markup=False)
