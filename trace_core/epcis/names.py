"""Names of extensions: prefixes declared in `@context` or as XML namespaces, written out as `{namespace}local`, and prefixed again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from trace_core.epcis.vocabulary import PREFIXES
from trace_core.errors import Problem

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x1f]*\Z")
_LOCAL = re.compile(r"[^\W\d][\w.-]*\Z")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_OLD = {"urn:epcglobal:cbv:mda": "urn:epcglobal:cbv:mda:"}
"""Namespaces that documents write in two ways; one of them counts."""


def expanded(name: str, prefixes: Mapping[str, str]) -> str | None:
    """`{namespace}local` of `prefix:local`; None when the prefix is not declared. A whole IRI is cut after its last `/`, `#` or `:`."""
    prefix, _, local = name.partition(":")
    if local.startswith("//") or prefix == "urn":
        cut = max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1
        return braced(name[:cut], name[cut:])
    namespace = prefixes.get(prefix, PREFIXES.get(prefix))
    return None if namespace is None else braced(namespace, local)


def braced(namespace: str, local: str) -> str:
    """`{namespace}local`, whichever way the namespace was written."""
    return f"{{{_OLD.get(namespace, namespace)}}}{local}"


def split(name: str) -> tuple[str, str]:
    """(namespace, local) of an expanded name; the namespace is empty for a bare one."""
    namespace, _, local = name[1:].partition("}") if name.startswith("{") else ("", "", name)
    return namespace, local


def iri(value: str, prefixes: Mapping[str, str]) -> str:
    """The value with a declared prefix written out; what is no compact IRI stays."""
    prefix, colon, local = value.partition(":")
    if colon and prefix in prefixes and prefix not in PREFIXES and not local.startswith("//"):
        return prefixes[prefix] + local
    return value


def compact(value: str, prefixes: Mapping[str, str]) -> str:
    """The value with the longest of the declared namespaces that it is in as a prefix again."""
    fitting = [(namespace, prefix) for prefix, namespace in prefixes.items() if value.startswith(namespace) and value != namespace]
    namespace, prefix = max(fitting, key=lambda one: len(one[0]), default=("", ""))
    return f"{prefix}:{value[len(namespace) :]}" if prefix else value


def prefixes_for(names: Iterator[str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Namespace → prefix for all these names: the wanted one, that of the EPCIS context, or a numbered one."""
    known = {namespace: prefix for prefix, namespace in {**wanted, **PREFIXES}.items()}
    numbered = (name for at in count(1) if (name := f"ext{at}") not in wanted)
    found: dict[str, str] = {}
    for namespace in sorted({split(name)[0] for name in names} - {""}):
        found[namespace] = known.get(namespace) or next(numbered)
    return found


def all_names(value: Any) -> Iterator[str]:
    """Every name of an extension, nested ones included."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from all_names(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from all_names(inner)


def is_name(name: str) -> bool:
    """Whether the local part of a name can be written in both bindings; `#text` is the text beside attributes."""
    return bool(_LOCAL.match(split(name)[1])) or name == "#text"


def is_writable(text: str) -> bool:
    """Whether XML can write every character of a text."""
    return not _CONTROL.search(text)


def is_namespace(text: str) -> bool:
    """Whether a text can be the namespace of extensions: an absolute IRI."""
    return bool(_IRI.match(text))


def declared(context: Any, path: str) -> tuple[dict[str, str], list[Problem]]:
    """The prefixes that an `@context` declares, and what is wrong with it, at `path`."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for one in context_parts(context):
        if isinstance(one, dict):
            for prefix, meaning in one.items():
                meant = meaning.get("@id") if isinstance(meaning, dict) else meaning
                if isinstance(meant, str) and is_namespace(meant):
                    found[prefix] = meant
                elif not prefix.startswith("@"):
                    problems.append(Problem(f"{path}/{prefix}", "must be an IRI", _short(meant)))
        elif not isinstance(one, str):
            problems.append(Problem(path, "must be an IRI, an object of prefixes, or a list of these", _short(one)))
    return found, problems


def context_parts(context: Any) -> Iterator[Any]:
    """The entries of an `@context`: IRIs and objects of prefixes."""
    if isinstance(context, list):
        yield from context
    elif context is not None:
        yield context


def _short(value: Any) -> str:
    return "" if value is None else str(value)[:120]
