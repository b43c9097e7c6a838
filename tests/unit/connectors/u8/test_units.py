"""Lines without a unit get their item's, and the list of items is read once and only when needed."""

from connectors.u8.units import Units


def units(asked):
    def pages():
        asked.append(1)
        return [[{"code": "RM-01", "main_measure": "KG"}], [{"code": "FG-01", "main_measure": "PCS"}]]

    return Units(pages)


def test_lines_and_heads_that_name_an_item_get_its_unit():
    asked = []
    told = units(asked)

    bom = told.added({"cinvcode": "FG-01", "entry": [{"cinvcode": "RM-01"}, {"cinvcode": "RM-09"}]})
    bill = told.added({"code": "1", "entry": [{"inventorycode": "RM-01", "cmassunitname": "千克"}]})

    assert (bom["main_measure"], [line["main_measure"] for line in bom["entry"]]) == ("PCS", ["KG", ""])
    assert bill == {"code": "1", "entry": [{"inventorycode": "RM-01", "cmassunitname": "千克"}]}
    assert asked == [1]


def test_items_are_not_asked_for_when_no_line_needs_them():
    asked = []

    assert units(asked).added({"code": "RM-01", "main_measure": "KG"}) == {"code": "RM-01", "main_measure": "KG"}
    assert asked == []
