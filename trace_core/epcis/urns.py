"""Digital Links as EPC URNs again, where the company prefix is known. Source: EPC Tag Data Standard, section 6."""

from __future__ import annotations

from collections.abc import Collection

from trace_core.epcis.keys import Key, key_of

_SCHEMES = {"00": "sscc", "414": "sgln", "417": "pgln", "8017": "gsrnp", "8018": "gsrn"}


def as_urn(uri: str, prefixes: Collection[str]) -> str:
    """The EPC URN of a Digital Link whose key begins with one of the company prefixes; else the URI as it is.

    A link does not say how long its company prefix is, so that without the prefix there is no way back.
    """
    if uri.startswith("urn:"):
        return uri
    key = key_of(uri)
    if key is None:
        return uri
    for prefix in sorted(prefixes, key=len, reverse=True):
        found = _urn(key, prefix)
        if found:
            return found
    return uri


def _urn(key: Key, prefix: str) -> str | None:
    """The URN of a key whose company prefix is this one, None when it is not or the scheme has no URN."""
    if key.ai in {"01", "00"}:
        body = key.value[:-1]
        if body[1:].startswith(prefix):
            rest = body[0] + body[1 + len(prefix) :]
            return _trade_urn(key, prefix, rest)
        return None
    if not key.value.removeprefix("0" if key.ai == "8003" else "").startswith(prefix):
        return None
    if key.ai in _SCHEMES:
        tail = {"414": f".{key.qualifier or '0'}"}.get(key.ai, "")
        return f"urn:epc:id:{_SCHEMES[key.ai]}:{prefix}.{key.value[len(prefix) : -1]}{tail}"
    if key.ai == "8003":
        return f"urn:epc:id:grai:{prefix}.{key.value[1 + len(prefix) : 13]}.{key.value[14:]}" if key.value[14:] else None
    return f"urn:epc:id:giai:{prefix}.{key.value[len(prefix) :]}" if key.ai == "8004" else None


def _trade_urn(key: Key, prefix: str, rest: str) -> str | None:
    if key.ai == "00":
        return f"urn:epc:id:sscc:{prefix}.{rest}"
    return {
        "21": f"urn:epc:id:sgtin:{prefix}.{rest}.{key.qualifier}",
        "10": f"urn:epc:class:lgtin:{prefix}.{rest}.{key.qualifier}",
        "": f"urn:epc:idpat:sgtin:{prefix}.{rest}.*",
    }.get(key.qualifier_ai)
