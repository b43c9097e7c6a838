"""Documents read by their keys: how many calls it takes where a system can be asked for several at once."""

from __future__ import annotations

import pytest

from connectors.kit.manifest import manifest
from connectors.kit.trial import SIZE, trial


@pytest.mark.parametrize(
    ("system", "kind", "most"),
    [
        ("kingdee", "PRD_MO", 2),  # a query for all keys, and the empty page behind it
        ("kingdee", "ENG_BOM", 2),
        ("yonbip", "product", 1),
        ("yonbip", "productionorder", 1),
        ("yonbip", "storeprorecord", SIZE),  # a detail each: lists lack what is needed
        ("yonyou", "ItemMaster", 2),  # the rows by SQL, the bodies by a query for all of them
    ],
)
def test_many_documents_take_the_calls_that_the_api_needs(system: str, kind: str, most: int) -> None:
    with trial(manifest(system)) as one, one.opened() as connector:
        keys = [document.key for page in connector.pull(kind, None) for document in page.documents][:SIZE]
        before = one.calls()

        found = list(connector.read(kind, keys))

        assert sorted(document.key for document in found) == sorted(keys)
        assert one.calls() - before <= most
