"""Rows and details become whole documents with ids as text."""

from connectors.yonbip.kinds import PLANS
from connectors.yonbip.rows import gathered, plain, whole

PLAN = {plan.name: plan for plan in PLANS}
BIG = 2184924571914000221


def test_ids_beyond_a_float_are_texts_and_other_numbers_stay():
    assert plain({"id": BIG, "qty": 120, "on": True, "inner": [{"id": BIG}]}) == {
        "id": str(BIG),
        "qty": 120,
        "on": True,
        "inner": [{"id": str(BIG)}],
    }


def test_lines_are_gathered_whatever_the_order_and_repetition_of_rows():
    def row(order, line):
        return {"id": order, "code": f"MO{order}", "orderProduct_id": line, "OrderProduct_quantity": line * 10, "orderMaterial": None}

    found = gathered(PLAN["productionorder"], [row(1, 11), row(2, 21), row(1, 12), row(1, 11)])

    assert [(order["id"], [line["id"] for line in order["orderProduct"]]) for order in found] == [(1, [11, 12]), (2, [21])]
    assert found[0]["orderProduct"][0] == {"id": 11, "quantity": 110, "orderMaterial": []}


def test_loose_serial_numbers_go_under_the_line_they_name():
    told = {"id": 1, "materOuts": [{"id": 5}, {"id": 6}], "st_materialoutssn": [{"detailid": 6, "sn": "S1"}]}

    found = whole(PLAN["materialout"], told)

    assert [line["materOutsSNs"] for line in found["materOuts"]] == [[], [{"detailid": 6, "sn": "S1"}]]
    assert "st_materialoutssn" not in found


def test_one_object_where_several_can_stand_is_a_list_and_an_empty_one_is_none():
    found = whole(
        PLAN["purinrecord"],
        {"purInRecords": [{"id": 1, "purInRecordsSNs": {"id": 0, "sn": ""}}, {"id": 2, "purInRecordsSNs": {"sn": "S"}}]},
    )

    assert [line["purInRecordsSNs"] for line in found["purInRecords"]] == [[], [{"sn": "S"}]]
