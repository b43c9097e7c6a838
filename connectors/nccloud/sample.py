"""A made-up account set for the conformance suite: the recorded one, with a key pair made for its application."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connectors.kit.contract import PushRequest
from connectors.kit.recorded import grown_from
from connectors.kit.sample import Sample

RECORDED = Path(__file__).parent / "recordings" / "account.json"
NAMES = frozenset({"pk_material", "pk_dmo", "cgeneralhid", "cgeneralbid", "code", "vbillcode"})
"""Fields that name a document or a part of it."""
PLACES = {"rows": "rows", "head": "head", "lines": "body", "since": "ts_begin", "until": "ts_end", "page": "pageIndex", "size": "pageSize"}


def sample(size: int = 0) -> Sample:
    """The account set, its application and resources, a receipt of finished goods to push; at least `size` documents of each kind."""
    data = grown_from(RECORDED, size, names=NAMES)
    private, public = _pair()
    data["apps"][0] |= {"private_key": private, "pub_key": public}
    resources = {
        api["kind"]: PLACES | {"path": path, "key": api["key"], "read_by": api["key"], "page_size": 5}
        for path, api in data["apis"].items()
        if not api.get("writes")
    }
    resources["finprodin"]["write_path"] = next(path for path, api in data["apis"].items() if api.get("writes"))
    app = data["apps"][0]
    settings = {"biz_center": data["biz_centers"][0], "client_id": app["client_id"], "client_secret": app["client_secret"]}
    settings |= {"pub_key": public, "resources": resources}
    push = PushRequest("finprodin", "1001A1LW000000000001", {"vbillcode": "LW-1", "body.0.nnum": "24"}, "sample-push")
    return Sample(data, settings, {"client_secret": "not-this-one"}, push, session_lost="token_expired", page_size="")


@cache
def _pair() -> tuple[str, str]:
    """A private key as PEM and its public half as the administration shows it."""
    made = rsa.generate_private_key(65537, 2048)
    public = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), base64.b64encode(public).decode()
