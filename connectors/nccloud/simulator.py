"""An NC Cloud server on the wire: `/nccloud/opm/accesstoken`, `/nccloud/api/…` and XChange, over one set of documents.

Data, all plain JSON::

    {"biz_centers": ["1"], "apps": [{"client_id", "client_secret", "pub_key", "private_key": PEM or "", "apis": [path, …]}],
     "users": [{"user", "password"}],
     "server": {"salt": true, "padding": "oaep" | "pkcs1", "level": "L0", "security_key", "token_seconds": 7200, "zone": "Asia/Shanghai"},
     "objects": {kind: [{"head": {…}, "body": [{…}]}]},
     "apis": {path: {"kind", "key"} | {"kind", "key", "writes": true}}, "billtypes": {billtype: {"kind", "key"}}}

A reading API takes `ts_begin`, `ts_end`, `pageIndex`, `pageSize` and the key's name, and answers `data.rows`; those names are the README's
example's. Without a `private_key` a secret must be hidden under the public key of a pair that the simulator made (`Gate.key_pair`).

Faults to order besides those of every simulator: token_expired, locked, xchange_refused, xchange_entity, not_shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Request, Response

from connectors.kit import exact_json
from connectors.kit.simulator import Simulator
from connectors.nccloud.ciphers import opened, sealed
from connectors.nccloud.simulator_gate import Gate, refused
from connectors.nccloud.simulator_resources import Resources
from connectors.nccloud.simulator_xchange import answer as xchange_answer


def build(data: Mapping[str, Any]) -> NcCloudSimulator:
    """A simulator of the server in `data`."""
    return NcCloudSimulator(data)


class NcCloudSimulator(Simulator):
    """Token, resources and XChange."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        server = data.get("server", {})
        self.level, self.security_key = str(server.get("level", "L0")), str(server.get("security_key", "AAECAwQFBgcICQoLDA0ODw=="))
        self.gate = Gate(data, self.level, self.security_key)
        self.resources = Resources(data, self.ledger.wrote, self.due, self.page)

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        self.ledger.called(request.path)
        with self.guard:
            return self._answered(request)

    def _answered(self, request: Request) -> Response:
        if request.path == "/nccloud/opm/accesstoken":
            return self.gate.token(request)
        if request.path == "/service/XChangeServlet":
            return xchange_answer(request, self.data, self.resources, self.due)
        if not request.path.startswith("/nccloud/api/"):
            return Response("Not Found", 404)
        if self.due("token_expired"):
            self.gate.forget(request)
        try:
            plain = opened(request.get_data().decode(), self.level, self.security_key)
        except ValueError:
            return refused("1000000001", "请求报文解密失败Decryption error")
        refusal = self.gate.refusal(request, plain)
        if refusal is not None:
            return refusal
        told = self.resources.answer(request, exact_json.loads(plain))
        return Response(sealed(exact_json.dumps(told).decode(), self.level, self.security_key), mimetype="application/json")
