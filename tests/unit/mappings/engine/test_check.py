"""Everything that is wrong with a site's mappings and tables is named at once."""

from __future__ import annotations

from mapping_desk import HEAD, Desk

from mappings.engine.check import mapping_problems


def test_mappings_and_tables_are_looked_at_each_once(desk: Desk) -> None:
    desk.write("mappings/kingdee/TEST.yml", HEAD + "      type: {from: a, code: grades}\n      order: {from: a, code: nowhere}\n")
    desk.write("mappings/kingdee/OTHER.yml", HEAD.replace("TEST", "OTHER") + "      type: {from: a, code: grades}\n      oder: b\n")
    desk.write("codes/grades.csv", "from,to\nA,1\nA,2\n")
    desk.write("codes/kingdee/unused.csv", "from,too\nA,1\n")
    desk.write("codes/unit_rates.csv", "from,to,factor\nREEL,H87,none\n")

    found = {problem.path: problem.problem for problem in mapping_problems(desk.folder, [("kingdee", "PRD_MO")])}

    assert sorted(found) == [
        "codes/grades.csv:3:1",
        "codes/kingdee/unused.csv:1:1",
        "codes/unit_rates.csv:2:1",
        "mappings/kingdee/OTHER.yml:8:7",
        "mappings/kingdee/TEST.yml:8:7",
    ]
    assert "there is no code table nowhere" in found["mappings/kingdee/TEST.yml:8:7"]


def test_a_site_in_order_has_no_problem(desk: Desk) -> None:
    desk.write("mappings/kingdee/TEST.yml", HEAD + "      type: {from: a, code: grades}\n")
    desk.write("codes/grades.csv", "from,to\nA,1\n")

    assert mapping_problems(desk.folder) == []
