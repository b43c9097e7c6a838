"""Documents of the tenant's own forms in the simulated U9: created over either way, found again by SQL in the form's table.

Inferred: that a number that is there already fails its row, as an order's does, and that a form may number its documents itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.yonyou.simulator_state import State, now_text
from connectors.yonyou.sql import quoted


class Forms:
    """Forms by WebAPI group: `{"TraceDoc": {"table": "Cust_TraceDoc", "numbers": "given" | "own"}}`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create(self, group: str, row: Mapping[str, Any], org: str) -> tuple[int, str, str]:
        """ID and number of the new document, or the words of a refusal. Names may be those of either way (`DocNo`, `m_docNo`)."""
        state, form = self._state, self._state.forms[group]
        plain = {_plain(name): value for name, value in row.items()}
        number = state.new_id()
        code = f"TR{number}" if form.get("numbers") == "own" else str(plain.get("DocNo") or "")
        if not code:
            return 0, "", "单据编号不能为空"
        if state.tables.select(f"SELECT TOP (1) ID FROM {form['table']} WHERE DocNo = {quoted(code)}"):  # noqa: S608 - a simulator
            return 0, "", f"单据编号[{code}]已存在"
        flex = {f"DescFlexField_{_plain(name)}": text for name, text in (plain.get("DescFlexField") or {}).items()}
        head = {"ID": number, "Org": state.orgs[org], "ModifiedOn": now_text(state.clock()), "DocNo": code, "Status": 0}
        state.tables.put(form["table"], head | flex)
        return number, code, ""


def _plain(name: str) -> str:
    bare = name.removeprefix("m_")
    return bare[0].upper() + bare[1:]
