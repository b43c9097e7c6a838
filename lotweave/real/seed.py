"""Fills a new Tryton database through its own API; run by Tryton's own interpreter, which has `proteus`.

Usage: `python seed.py CONFIG DATABASE` for the whole story, `python seed.py CONFIG DATABASE change` for one later production.
Story: two suppliers, eight raw lots (one of them received without a bill), two levels (board, gateway), glue in kilograms; a production
that takes two lots of one item, one that makes two lots, one that is still running; one shipment.
"""

import datetime as dt
import sys
from decimal import Decimal

from proteus import Model, Wizard, config

RECEIVED = (
    ("2026-03-02", "Chip works", (("CHIP", "CHIP-1", 100), ("CHIP", "CHIP-2", 100), ("CAP", "CAP-1", 4000), ("PCB", "PCB-1", 50))),
    ("2026-03-02", "Metal works", (("CASE", "CASE-1", 40), ("SCREW", "SCREW-1", 500), ("GLUE", "GLUE-1", 2.5))),
)
FOUND = ("2026-03-02", "CAP", "CAP-2", 4000)
BUILT = (
    ("2026-03-03", "BOARD", (("BOARD-1", 10),), (("CHIP", "CHIP-1", 10), ("CAP", "CAP-1", 40), ("PCB", "PCB-1", 10))),
    (
        "2026-03-04",
        "BOARD",
        (("BOARD-2", 12),),
        (("CHIP", "CHIP-1", 4), ("CHIP", "CHIP-2", 8), ("CAP", "CAP-2", 48), ("PCB", "PCB-1", 12)),
    ),
    ("2026-03-04", "BOARD", (("BOARD-3", 3), ("BOARD-4", 2)), (("CHIP", "CHIP-2", 5), ("CAP", "CAP-2", 20), ("PCB", "PCB-1", 5))),
    (
        "2026-03-05",
        "GATEWAY",
        (("GW-1", 8),),
        (("BOARD", "BOARD-1", 8), ("CASE", "CASE-1", 8), ("SCREW", "SCREW-1", 32), ("GLUE", "GLUE-1", 0.04)),
    ),
    (
        "2026-03-06",
        "GATEWAY",
        (("GW-2", 10),),
        (("BOARD", "BOARD-1", 2), ("BOARD", "BOARD-2", 8), ("CASE", "CASE-1", 10), ("SCREW", "SCREW-1", 40)),
    ),
)
STARTED = ("2026-03-07", "GATEWAY", (("GW-4", 2),), (("BOARD", "BOARD-3", 2), ("CASE", "CASE-1", 2)))
LATER = ("2026-03-09", "GATEWAY", (("GW-3", 3),), (("BOARD", "BOARD-2", 3), ("CASE", "CASE-1", 3), ("SCREW", "SCREW-1", 12)))
SHIPPED = ("2026-03-08", "GATEWAY", "GW-1", 5)


class Story:
    """One database being told the story."""

    def __init__(self):
        self.products, self.lots = {}, {}

    def company(self):
        """A company in yuan; the user works for it."""
        currency = Model.get("currency.currency")(name="Yuan", symbol="¥", code="CNY", rounding=Decimal("0.01"), digits=2)
        currency.rates.new(date=dt.date(2026, 1, 1), rate=Decimal(1))
        currency.save()
        party = Model.get("party.party")(name="Chengdu plant")
        party.save()
        wizard = Wizard("company.company.config")
        wizard.execute("company")
        wizard.form.party, wizard.form.currency = party, currency
        wizard.execute("add")
        self.context()

    def context(self):
        """Work in the context that the server gives this user."""
        current = config.get_config()
        current._context = Model.get("res.user").get_preferences(True, {})
        current.skip_warning = True

    def masters(self):
        """Partners, products, lots."""
        for name, role in (("Chip works", "Supplier"), ("Metal works", "Supplier"), ("Berlin distribution", "Customer")):
            categories = Model.get("party.category")
            category = next(iter(categories.find([("name", "=", role)])), None) or categories(name=role)
            category.save()
            party = Model.get("party.party")(name=name)
            party.categories.append(category)
            party.save()
        units = Model.get("product.uom")
        each, kilogram = units.find([("symbol", "=", "u")])[0], units.find([("symbol", "=", "kg")])[0]
        for code in ("CHIP", "CAP", "PCB", "CASE", "SCREW", "GLUE", "BOARD", "GATEWAY"):
            template = Model.get("product.template")(name=code.title(), type="goods", list_price=Decimal(1), code=code)
            template.default_uom = kilogram if code == "GLUE" else each
            template.producible = code in ("BOARD", "GATEWAY")
            template.save()
            self.products[code] = template.products[0]
        for code, parts in (("BOARD", (("CHIP", 1), ("CAP", 4), ("PCB", 1))), ("GATEWAY", (("BOARD", 1), ("CASE", 1), ("SCREW", 4)))):
            bom = Model.get("production.bom")(name=f"{code} A1")
            for part, quantity in parts:
                line = bom.inputs.new()
                line.product, line.quantity = self.products[part], quantity
            made = bom.outputs.new()
            made.product, made.quantity = self.products[code], 1
            bom.save()

    def known(self):
        """Products and lots of a database that holds the story already."""
        self.products = {product.code: product for product in Model.get("product.product").find([])}
        self.lots = {(lot.product.code, lot.number): lot for lot in Model.get("stock.lot").find([])}

    def lot(self, code, number):
        """The lot, made when it is new."""
        if (code, number) not in self.lots:
            lot = Model.get("stock.lot")(product=self.products[code], number=number)
            lot.save()
            self.lots[code, number] = lot
        return self.lots[code, number]

    def place(self, code):
        """A location by its code."""
        return Model.get("stock.location").find([("code", "=", code)])[0]

    def move(self, day, code, number, quantity, start, end):
        """A stock move that is done."""
        move = Model.get("stock.move")()
        move.product, move.lot, move.quantity = self.products[code], self.lot(code, number), quantity
        move.from_location, move.to_location = self.place(start), self.place(end)
        move.currency = Model.get("company.company").find([])[0].currency
        move.unit_price, move.effective_date = Decimal(1), dt.date.fromisoformat(day)
        move.save()
        move.click("do")

    def receive(self, day, supplier, lots):
        """A receipt from a supplier, put into storage."""
        shipment = Model.get("stock.shipment.in")()
        shipment.planned_date = shipment.effective_date = dt.date.fromisoformat(day)
        shipment.supplier = Model.get("party.party").find([("name", "=", supplier)])[0]
        shipment.warehouse = self.place("WH")
        for code, number, quantity in lots:
            move = shipment.incoming_moves.new()
            move.product, move.lot, move.quantity = self.products[code], self.lot(code, number), quantity
            move.from_location, move.to_location = self.place("SUP"), self.place("IN")
            move.unit_price, move.currency = Decimal(1), Model.get("company.company").find([])[0].currency
        shipment.save()
        for step in ("receive", "do"):
            shipment.click(step)

    def build(self, day, code, lots, parts, steps=("wait", "assign_force", "run", "do")):
        """A production from its parts to its lots."""
        production = Model.get("production")()
        production.planned_date = production.effective_date = production.effective_start_date = dt.date.fromisoformat(day)
        for part, lot, used in parts:
            line = production.inputs.new()
            line.product, line.lot, line.quantity = self.products[part], self.lot(part, lot), used
        for number, quantity in lots:
            made = production.outputs.new()
            made.product, made.lot, made.quantity = self.products[code], self.lot(code, number), quantity
            made.currency, made.unit_price = production.company.currency, Decimal(0)
        production.save()
        for step in steps:
            production.click(step)

    def ship(self, day, code, number, quantity):
        """A shipment to a customer."""
        shipment = Model.get("stock.shipment.out")()
        shipment.planned_date = shipment.effective_date = dt.date.fromisoformat(day)
        shipment.customer = Model.get("party.party").find([("name", "=", "Berlin distribution")])[0]
        shipment.warehouse = self.place("WH")
        move = shipment.outgoing_moves.new()
        move.product, move.quantity = self.products[code], quantity
        move.from_location, move.to_location = self.place("OUT"), self.place("CUS")
        move.unit_price, move.currency = Decimal(1), Model.get("company.company").find([])[0].currency
        shipment.save()
        shipment.click("wait")
        for inner in shipment.inventory_moves:
            inner.lot = self.lot(code, number)
            inner.save()
        shipment.click("assign_force")
        shipment.click("pick")
        for outer in shipment.outgoing_moves:
            outer.lot = self.lot(code, number)
            outer.save()
        for step in ("pack", "do"):
            shipment.click(step)


def main():
    """Tell the story, or its later part."""
    config.set_trytond(sys.argv[2], user="admin", config_file=sys.argv[1])
    story = Story()
    if sys.argv[3:] == ["change"]:
        story.context()
        story.known()
        story.build(*LATER)
        return
    story.company()
    story.masters()
    for received in RECEIVED:
        story.receive(*received)
    story.move(*FOUND, "SUP", "STO")
    for built in BUILT:
        story.build(*built)
    story.build(*STARTED, steps=("wait", "assign_force", "run"))
    story.ship(*SHIPPED)


main()
