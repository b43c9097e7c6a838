"""Checks of testing, pulling, reading and surveying."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime

from connectors.kit.asking import read_one
from connectors.kit.contract import Windowed
from connectors.kit.trial import Trial

EVER = (datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC))
ABSENT = "999999999999999"
SMALL = 3
"""Rows or documents a page in checks about paging."""


def connection_test_finds_all_well(one: Trial) -> dict[str, float]:
    """A connection test of a good connection has findings, all of them good."""
    with one.opened() as connector:
        findings = list(connector.check())
    bad = [f"{finding.subject}: {finding.sentence}" for finding in findings if not finding.ok]
    assert findings, "the connection test says nothing"
    assert not bad, f"the connection test finds {bad[0]}"
    return {"findings": len(findings)}


def wrong_secret_is_found(one: Trial) -> None:
    """A connection test with a wrong secret says so, as `Misconfigured`, and shows no secret."""
    assert one.sample.wrong, "the sample has no wrong setting to try"
    with one.opened(**one.sample.wrong) as connector:
        findings = list(connector.check())
    bad = [finding for finding in findings if not finding.ok]
    assert bad, "the connection test finds nothing wrong"
    assert bad[0].verdict == "Misconfigured", f"a wrong secret ends as {bad[0].verdict}: {bad[0].sentence}"
    shown = [
        finding for finding in findings for secret in [*one.secrets, *map(str, one.sample.wrong.values())] if secret in finding.sentence
    ]
    assert not shown, f"a finding shows a secret: {shown[0].subject}"


def every_kind_brings_documents(one: Trial) -> dict[str, float]:
    """Every readable kind brings documents: JSON in UTF-8, keys that differ, aware times, cursors that JSON can carry."""
    number, before = 0, one.calls()
    with one.opened() as connector:
        for kind in one.kinds:
            keys: set[str] = set()
            for page in connector.pull(kind, None):
                json.dumps(page.cursor)
                for document in page.documents:
                    told = json.loads(document.payload.decode("utf-8"))
                    assert isinstance(told, dict), f"{kind} {document.key}: the payload is no JSON object"
                    assert document.kind == kind, f"{kind} brings a document of kind {document.kind}"
                    assert document.fetched_at.tzinfo is not None, f"{kind} {document.key}: fetched_at has no zone"
                    assert document.stamp is None or isinstance(document.stamp, int), f"{kind} {document.key}: the stamp is no integer"
                    assert document.key not in keys, f"{kind}: the key {document.key} comes twice in one pull"
                    keys.add(document.key)
            assert keys or kind in one.sample.empty_kinds, f"{kind} brings no document; the sample should have one"
            number += len(keys)
    return {"documents": number, "calls": one.calls() - before}


def page_size_changes_nothing(one: Trial) -> None:
    """Small pages bring the same documents, byte for byte."""
    with one.opened() as large, one.opened(**one.paged(SMALL)) as small:
        expected, found = ({key: document.payload for key, document in one.all(each).items()} for each in (large, small))
    differing = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
    assert not differing, f"with pages of {SMALL} {differing[0]} is another"


def pull_goes_on_from_any_page(one: Trial) -> None:
    """A pull that was cut off after any page goes on from its cursor and misses nothing."""
    with one.opened(**one.paged(SMALL)) as connector:
        for kind in one.kinds:
            pages = list(connector.pull(kind, None))
            whole = {document.key for page in pages for document in page.documents}
            for at, page in enumerate(pages[:4]):
                before = {document.key for earlier in pages[: at + 1] for document in earlier.documents}
                cursor = json.loads(json.dumps(page.cursor))
                after = {document.key for later in connector.pull(kind, cursor) for document in later.documents}
                assert before | after == whole, f"{kind}: cut off after page {at + 1}, {min(whole - before - after)} never comes"


def next_pull_brings_little(one: Trial) -> dict[str, float]:
    """The pull after a whole one brings no document that the whole one did not, and fewer calls where changes can be asked for."""
    with one.opened() as connector:
        first = one.calls()
        cursors, known = {}, set()
        for kind in one.kinds:
            for page in connector.pull(kind, None):
                cursors[kind] = json.loads(json.dumps(page.cursor))
                known |= {(document.kind, document.key, document.payload) for document in page.documents}
        second = one.calls()
        for kind in one.kinds:
            for page in connector.pull(kind, cursors.get(kind)):
                new = [document for document in page.documents if (document.kind, document.key, document.payload) not in known]
                assert not new, f"{kind} {new[0].key} is another though nothing changed"
    return {"calls_first": second - first, "calls_next": one.calls() - second}


def survey_agrees_with_pull(one: Trial) -> dict[str, float]:
    """A survey names exactly the documents that a whole pull brings, without reading each."""
    with one.opened() as connector:
        pulled = {
            kind: {d.key for page in connector.pull(kind, None, full=True) for d in page.documents if not d.deleted} for kind in one.kinds
        }
        before = one.calls()
        for kind in one.kinds:
            told = list(connector.survey(kind))
            surveyed = {key for key, _ in told}
            assert len(told) == len(surveyed), f"{kind}: the survey names a key twice"
            missing = sorted(pulled[kind] ^ surveyed)
            assert not missing, f"{kind}: survey and pull disagree about {missing[0]}"
            if isinstance(connector, Windowed):
                within = {key for key, _ in connector.survey(kind, EVER)}
                odd = sorted((within - surveyed) | ({key for key, stamp in told if stamp is not None} - within))
                assert not odd, f"{kind}: the survey of a period that holds everything disagrees about {odd[0]}"
    return {"calls": one.calls() - before}


def read_agrees_with_pull(one: Trial) -> dict[str, float]:
    """Reading documents by key, alone or many together, gives what a pull gave, each once, and nothing for a key that there is not."""
    keys, spent = 0, 0
    with one.opened() as connector:
        for kind in one.kinds:
            pulled = {d.key: d for page in connector.pull(kind, None) for d in page.documents if not d.deleted}
            before = one.calls()
            read = list(connector.read(kind, [*pulled, ABSENT]))
            keys, spent = keys + len(pulled) + 1, spent + one.calls() - before
            found = {document.key: document for document in read}
            assert len(read) == len(found), f"{kind}: a document is read twice"
            assert ABSENT not in found, f"{kind}: something is read that there is not"
            missing = sorted(pulled.keys() ^ found.keys())
            assert not missing, f"{kind} {missing[0]} is not what was asked for, or cannot be read"
            for key, document in pulled.items():
                assert found[key].payload == document.payload, f"{kind} {key} reads otherwise than it was pulled"
            for key in list(pulled)[:1]:
                alone = read_one(connector, kind, key)
                assert alone is not None, f"{kind} {key} cannot be read alone"
                assert alone.payload == found[key].payload, f"{kind} {key} reads otherwise alone than with others"
            assert read_one(connector, kind, ABSENT) is None, f"{kind}: something is read that there is not"
    return {"keys": keys, "calls": spent}


def no_call_per_document(one: Trial) -> dict[str, float]:
    """Pulling takes far fewer calls than there are documents, but for kinds whose lists lack what a document needs."""
    with one.opened(**one.paged(200)) as connector:
        list(connector.check())
        worst, where = 0.0, ""
        for kind in one.kinds:
            before = one.calls()
            number = sum(len(page.documents) for page in connector.pull(kind, None))
            spent = one.calls() - before
            if number and spent / number > worst:
                worst, where = spent / number, f"{kind} took {spent} calls for {number} documents"
            each = number if kind in one.man.kinds and one.man.kinds[kind].detail else 0
            assert spent <= math.ceil(number / 20) + 8 + each, where
    return {"calls_per_document_at_worst": round(worst, 2)}


CHECKS = (
    connection_test_finds_all_well,
    wrong_secret_is_found,
    every_kind_brings_documents,
    page_size_changes_nothing,
    pull_goes_on_from_any_page,
    next_pull_brings_little,
    survey_agrees_with_pull,
    read_agrees_with_pull,
    no_call_per_document,
)
