"""`[epcis]` of a site: every mistake at its line, and what the settings mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from lotweave.epcis_settings import Epcis
from lotweave.settings import read_site
from trace_core.errors import Misconfigured

PLANTS = "[plants.HZ]\n[plants.SU]\n"


def settings(folder: Path, text: str) -> Epcis:
    (folder / "lotweave.toml").write_text(PLANTS + text, "utf-8")
    return read_site(folder).epcis


def test_without_the_table_there_are_defaults(tmp_path: Path) -> None:
    assert settings(tmp_path, "") == Epcis()


def test_places_are_kept_in_their_canonical_form(tmp_path: Path) -> None:
    found = settings(
        tmp_path,
        '[epcis]\nbase = "https://id.example.com/"\ndefault_plant = "HZ"\ncompany_prefixes = ["4012345"]\nmost_events = 5\n'
        '[epcis.places]\n"urn:epc:id:sgln:4012345.00001.0" = "HZ"\n"4012345000023" = "SU"\n"https://erp.example.com/dock" = "SU"\n',
    )

    assert (found.base, found.default_plant, found.most_events) == ("https://id.example.com/", "HZ", 5)
    assert found.ground.plant_at("https://id.gs1.org/414/4012345000016") == "HZ"
    assert found.ground.plant_at("urn:epc:id:sgln:4012345.00002.ramp") == "SU"
    assert found.ground.plant_at("https://erp.example.com/dock") == "SU"


def test_every_mistake_is_named_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refused:
        settings(
            tmp_path,
            '[epcis]\nbase = "http://x"\ndefault_plant = "XX"\ncompany_prefixes = ["12"]\nmost_events = 0\nplace = 1\n'
            '[epcis.places]\n"urn:epc:id:sgln:4012345.00001.0" = "YY"\ndock = "HZ"\n',
        )

    assert [(problem.path, problem.problem.partition(" ")[0]) for problem in refused.value.problems] == [
        ("lotweave.toml:8:1", "epcis.place"),
        ("lotweave.toml:5:1", "epcis.default_plant"),
        ("lotweave.toml:4:1", "epcis.base"),
        ("lotweave.toml:6:1", "epcis.company_prefixes"),
        ("lotweave.toml:10:1", "epcis.places.urn:epc:id:sgln:4012345.00001.0"),
        ("lotweave.toml:11:1", "epcis.places.dock"),
        ("lotweave.toml:7:1", "epcis.most_events"),
    ]


def test_hosts_of_subscribers_are_origins_alone(tmp_path: Path) -> None:
    found = settings(
        tmp_path, '[epcis]\nsubscribers = ["https://partner.example.com", "http://10.0.0.5:8080/"]\nsuspend_after = 2\nmost_sockets = 3\n'
    )

    with pytest.raises(Misconfigured) as refused:
        settings(
            tmp_path, '[epcis]\nsubscribers = ["partner.example.com", "https://a.example/path", "https://*.a.example", "ftp://a.example"]\n'
        )

    assert (len(found.subscribers), found.suspend_after, found.most_sockets) == (2, 2, 3)
    assert len(refused.value.problems) == 4
