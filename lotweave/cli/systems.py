"""`connections`, `sync`: systems and what comes from them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Annotated, Any

import typer
from rich.table import Table

from lotweave.bootstrap import connector, opened
from lotweave.cli.common import DONE, NO, UNREACHABLE, WRONG, JsonOption, SiteOption, end, err, out, reported, say, the_site
from lotweave.plumbing import lines_of
from lotweave.settings import Site
from lotweave.sync import Sync
from lotweave.telemetry import traced
from pipelines.ports import Line
from trace_core.errors import Misconfigured, Verdict

connections = typer.Typer(no_args_is_help=True, help="The site's connections.")


@connections.command("list")
def list_connections(site: SiteOption = None, as_json: JsonOption = False) -> None:  # noqa: FBT002
    """List the site's connections and the kinds each reads."""
    with reported(as_json=as_json):
        lines = lines_of(the_site(site)).values()
        told = [{"name": line.name, "plant": line.plant, "system": line.system, "kinds": list(line.kinds)} for line in lines]

        def person() -> None:
            for one in told:
                out.print(f"{one['name']} ({one['plant']}, {one['system']}): {', '.join(one['kinds'])}", markup=False)

        say({"connections": told}, as_json=as_json, person=person)


@connections.command("test")
def test_connections(
    names: Annotated[list[str] | None, typer.Argument(help="Connections to test; all when none is named.")] = None,
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Log in to each system and try what its configuration needs."""
    with reported(as_json=as_json):
        found = the_site(site)
        unknown = [name for name in names or () if name not in found.connections]
        if unknown:
            raise Misconfigured(f"there is no connection {', '.join(unknown)}; there are {', '.join(found.connections)}", code="usage")
        told = [_test(found, name) for name in names or found.connections]

        def person() -> None:
            for one in told:
                for finding in one["findings"]:
                    out.print(
                        f"{'ok  ' if finding['ok'] else 'BAD '} {one['connection']}: {finding['subject']}: {finding['sentence']}",
                        markup=False,
                    )

        say({"connections": told}, as_json=as_json, person=person)
        end(max((one["status"] for one in told), default=DONE))


def _test(site: Site, name: str) -> dict[str, Any]:
    try:
        with closing(connector(site.connections[name], site)) as opened_:
            checked = opened_.check()
    except Verdict as verdict:
        sentence = "; ".join([verdict.message, *map(str, verdict.problems)])
        return {"connection": name, "ok": False, "status": WRONG, "findings": [{"subject": "settings", "ok": False, "sentence": sentence}]}
    ok = all(finding.ok for finding in checked)
    worst = {finding.verdict for finding in checked if not finding.ok}
    status = DONE if ok else UNREACHABLE if "Unreachable" in worst else WRONG if "Misconfigured" in worst else NO
    findings = [{"subject": f.subject, "ok": f.ok, "sentence": f.sentence} for f in checked]
    return {"connection": name, "ok": ok, "status": status, "findings": findings}


def sync(
    plant: Annotated[str, typer.Argument(help="The plant to bring up to date.")],
    kinds: Annotated[list[str] | None, typer.Argument(help="Kinds to pull; all when none is named.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Pull everything, not only what changed.")] = False,  # noqa: FBT002
    site: SiteOption = None,
    as_json: JsonOption = False,  # noqa: FBT002
) -> None:
    """Pull what changed in a plant's systems, weave it, and push results back."""
    with reported(as_json=as_json):
        found = the_site(site)
        lines = lines_of_plant(found, plant, kinds or [])
        with traced(found), opened(found) as house:
            runner = Sync(house, say=lambda line: err.print(line, markup=False))
            told = runner.run(lines, kinds=kinds or [], full=full)
        say(told, as_json=as_json, person=lambda: _show_sync(told))
        end(_sync_status(told))


def lines_of_plant(site: Site, plant: str, kinds: Sequence[str]) -> list[Line]:
    """The connections of a plant. Errors: `Misconfigured` for a plant, or kinds, that the site does not have."""
    if plant not in site.plants:
        raise Misconfigured(f"the site has no plant {plant!r}; it has {', '.join(site.plants) or 'none'}", code="usage")
    lines = [line for line in lines_of(site).values() if line.plant == plant]
    if not lines:
        raise Misconfigured(f"plant {plant} has no connection", code="usage")
    unknown = [kind for kind in kinds if not any(kind in line.kinds for line in lines)]
    if unknown:
        known = sorted({kind for line in lines for kind in line.kinds})
        raise Misconfigured(f"plant {plant} has no kind {', '.join(unknown)}; it has {', '.join(known)}", code="usage")
    return lines


def _sync_status(told: dict[str, Any]) -> int:
    verdicts = {run["verdict"] for run in told["runs"] if run["state"] != "done"}
    if "Misconfigured" in verdicts:
        return WRONG
    if "Unreachable" in verdicts:
        return UNREACHABLE
    odd = any(run["findings"] for run in told["runs"])
    return NO if verdicts or odd or not told["balanced"] or told["quarantined"] else DONE


def _show_sync(told: dict[str, Any]) -> None:
    table = Table("connection", "kind", "state", "fetched", "unchanged", "applied", "quarantined", box=None)
    for run in told["runs"]:
        figures = [str(run[name]) for name in ("fetched", "unchanged", "applied", "quarantined")]
        table.add_row(run["connection"], run["kind"], run["state"], *figures)
    out.print(table)
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for run in told["runs"]:
        if run["message"] and run["state"] != "done":
            reasons.setdefault((run["connection"], run["verdict"], run["message"]), []).append(run["kind"])
    for (name, verdict, message), kinds in reasons.items():
        out.print(f"{name}: {verdict}: {message} ({', '.join(kinds)})", markup=False)
    for run in told["runs"]:
        for finding in run["findings"] or ():
            out.print(f"{run['connection']} {run['kind']}: not as expected: {finding['problem']} [{finding['path']}]", markup=False)
    if told["new_fields"]:
        first = ", ".join(f"{one['kind']}.{one['field']}" for one in told["new_fields"][:5])
        out.print(f"{len(told['new_fields'])} new field(s), neither mapped nor ignored: {first} (lotweave mapping drift)", markup=False)
    out.print(f"{told['applied']} applied, {told['unchanged']} unchanged, {told['quarantined']} in quarantine, {told['pushed']} pushed")
