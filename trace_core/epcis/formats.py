"""How identifiers are written for whoever asks: the values of GS1-EPC-Format. Source: EPCIS 2.0, REST binding."""

from __future__ import annotations

from collections.abc import Collection

from trace_core.epcis.keys import canonical
from trace_core.epcis.urns import as_urn
from trace_core.epcis.writing import Ids, as_given

LINKS = "Always_GS1_Digital_Link"
"""The standard's default."""
FORMATS = ("No_Preference", LINKS, "Always_EPC_URN", "Never_Translates")


def ids_as(wanted: str, prefixes: Collection[str]) -> Ids:
    """How identifiers are written in one of the `FORMATS`; `prefixes` are the GS1 company prefixes for which URNs can be written."""
    if wanted == LINKS:
        return lambda uri: canonical(uri) if uri.startswith("urn:epc:") else uri
    if wanted == "Always_EPC_URN":
        return lambda uri: as_urn(uri, prefixes)
    return as_given
