"""A U9 server on the wire: WebAPI below `/U9C/webapi`, SOAP services below `/U9C/Services`.

Data, all plain JSON::

    {"clients": [{"client_id", "secret"}], "enterprises": ["001"], "users": [{"code", "id"}],
     "organisations": [{"id", "code", "name"}],
     "objects": {"ItemMaster" | "BOM" | "MODoc" | "IssueDoc" | "CompleteDoc" | "LotMaster": [{…m_ names…}]},
     "tables": {"PM_Receivement": [{"ID", "Org", "ModifiedOn", …}], "PM_RcvLine": [{"ID", "Receivement", …}], …},
     "forms": {"TraceDoc": {"table": "Cust_TraceDoc", "numbers": "given" | "own"}},
     "token_seconds": 14400, "one_token_per": "organisation" | "client", "sql_row_cap": 0}

An object carries `_org` (code, default the first), `_modified` (local text with milliseconds) and, for an MO, `_state` (DocState) for its
listing table; those three never leave the simulator. Tables are named and filled as the connector's plans read them (`kinds.py`); names
of partners, organisations and units lie in `…_Trl`, made of their `Name`.

Faults to order: token_kick, token_expired, ip_blocked, sql_closed, row_failure, data_as_string, http_500, http_503, html_page,
lost_answer_after_write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit.simulator import Simulator
from connectors.yonyou.simulator_soap import SoapSide
from connectors.yonyou.simulator_state import State
from connectors.yonyou.simulator_webapi import WebApiSide

_WEBAPI = re.compile(r"^/U9C?/webapi/(.+?)/?$", re.IGNORECASE)
_SOAP = re.compile(r"^/U9C?/services/([\w.]+)\.svc$", re.IGNORECASE)
_PAGE = "<html><head><title>Service Unavailable</title></head><body>正在启动</body></html>"


def build(data: Mapping[str, Any]) -> U9Simulator:
    """The simulator of one U9 server."""
    return U9Simulator(data)


class U9Simulator(Simulator):
    """WebAPI and SOAP over one state."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.state = State(data, self.unix_time)
        self._webapi = WebApiSide(self.state, self.ledger, self.due, self.page)
        self._soap = SoapSide(self.state, self.ledger, self.due)

    def respond(self, request: Request) -> Response:
        """Answer below the two folders; IIS's own page elsewhere."""
        if match := _WEBAPI.match(request.path):
            return self._webapi.respond(request, match[1])
        if match := _SOAP.match(request.path):
            return self._soap.respond(request, match[1])
        return Response(_PAGE, status=404, mimetype="text/html")
