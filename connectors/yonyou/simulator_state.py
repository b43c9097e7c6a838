"""What the simulated U9 holds: clients, organisations, users, tokens, documents and tables."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.yonyou.kinds import PLANS
from connectors.yonyou.kinds_masters import ITEM, ITEM_UNITS
from connectors.yonyou.simulator_sql import LISTINGS, Tables, columns_of, listing_row
from connectors.yonyou.sql import Head

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_ID = 1002601010000001
"""IDs look like 100 + YYMMDD + serial in every public sample (the pattern is inferred)."""

FOUNDED = "2026-01-01 08:00:00.000"
"""Change time of the organisations."""
UNITS_OF_ITEMS = Head("CBO_ItemMaster", lines=ITEM_UNITS)
SEGMENTS = (*(f"PrivateDescSeg{n}" for n in range(1, 31)), *(f"PubDescSeg{n}" for n in range(1, 51)))
NAMED = ("Base_Organization", "Base_UOM", "CBO_Customer", "CBO_Supplier")
"""Tables whose names lie beside them, by language."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, whom it stands for, and when it was given out (monotonic seconds)."""

    client: str
    user: str
    org: str
    born: float


class State:
    """The data of one simulated server, shared by its WebAPI and its SOAP side."""

    def __init__(self, data: Mapping[str, Any], clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.guard = threading.RLock()
        self.clients = {client["client_id"]: client["secret"] for client in data.get("clients", ())}
        self.enterprises = set(data.get("enterprises", ("001",)))
        self.users = {user["code"]: int(user["id"]) for user in data.get("users", ())}
        self.orgs = {org["code"]: int(org["id"]) for org in data.get("organisations", ())}
        self.one_in_total = data.get("one_token_per", "organisation") == "client"
        self.token_seconds = float(data.get("token_seconds", 14400))
        self.sql_cap = int(data.get("sql_row_cap", 0))
        self.tokens: dict[str, Token] = {}
        self.objects: dict[str, list[dict[str, Any]]] = {name: deepcopy(list(rows)) for name, rows in data.get("objects", {}).items()}
        self._next = FIRST_ID + 7_000_000
        self.forms: dict[str, Any] = dict(data.get("forms", {"TraceDoc": {"table": "Cust_TraceDoc"}}))
        heads = [ITEM, UNITS_OF_ITEMS, *(plan.head for plan in PLANS.values()), *(_form(told["table"]) for told in self.forms.values())]
        self.tables = Tables(self._all_tables(data), columns_of(heads))

    def org_id(self, told: Mapping[str, Any]) -> int:
        """The organisation an object belongs to: its `_org` code, or the first organisation."""
        return self.orgs.get(str(told.get("_org", "")), next(iter(self.orgs.values()), 0))

    def of_org(self, kind: str, org: str) -> list[dict[str, Any]]:
        """The objects of a kind in one organisation."""
        return [told for told in self.objects.get(kind, ()) if self.org_id(told) == self.orgs.get(org)]

    def new_token(self, client: str, user: str, org: str) -> str:
        """A new token; older ones of the same client and user (and organisation, unless one in total) are dead from now on."""
        with self.guard:
            dead = [
                t
                for t, held in self.tokens.items()
                if held.client == client and held.user == user and (self.one_in_total or held.org == org)
            ]
            for token in dead:
                del self.tokens[token]
            token = f"eyJ.{secrets.token_urlsafe(24)}"
            self.tokens[token] = Token(client, user, org, time.monotonic())
            return token

    def new_id(self) -> int:
        """The next ID."""
        with self.guard:
            self._next += 1
            return self._next

    def save(self, kind: str, told: dict[str, Any]) -> None:
        """Put an object in, or in the place of the one with its ID, changed now."""
        with self.guard:
            told["_modified"] = now_text(self.clock())
            held = self.objects.setdefault(kind, [])
            held[:] = [other for other in held if other["m_iD"] != told["m_iD"]] + [told]
            if kind in LISTINGS:
                self.tables.put(LISTINGS[kind], listing_row(kind, told, self.org_id(told)))

    def _all_tables(self, data: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
        tables: dict[str, list[Mapping[str, Any]]] = {name: list(rows) for name, rows in data.get("tables", {}).items()}
        tables.setdefault(
            "Base_Organization",
            [{"ID": org["id"], "Code": org["code"], "Name": org.get("name", ""), "ModifiedOn": FOUNDED} for org in data["organisations"]],
        )
        tables.setdefault("Base_User", [{"ID": user["id"], "Code": user["code"]} for user in data.get("users", ())])
        tables.setdefault("Base_UOM", [])
        for kind, table in LISTINGS.items():
            rows = [listing_row(kind, told, self.org_id(told)) for told in self.objects.get(kind, ())]
            tables[table] = [*tables.get(table, []), *rows]
        return tables | {f"{table}_Trl": [_name_of(row) for row in tables.get(table, ())] for table in NAMED}


def _form(table: str) -> Head:
    """A table with all segments."""
    return Head(table, columns={name: f"H.DescFlexField_{name}" for name in SEGMENTS})


def _name_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"ID": row["ID"], "SysMLFlag": "zh-CN", "Name": row.get("Name")}


def now_text(at: float) -> str:
    """A moment (Unix seconds) in China time as U9 stores it."""
    moment = datetime.fromtimestamp(at, ZONE)
    return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
