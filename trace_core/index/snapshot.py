"""An index on disk: arrays in files of their own, mapped into memory by every reader, and a manifest that is written last.

`CURRENT` names the newest; it is replaced atomically, so that a reader sees a whole snapshot or the one before. Files of an older one may
be deleted while others still read them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from trace_core.index.build import Adjacency, Graph
from trace_core.index.columns import Names

FORMAT = 1
CURRENT = "CURRENT"
Column = Any


class Unusable(ValueError):
    """The files are no whole snapshot of this format."""


@dataclass(slots=True)
class Snapshot:
    """The genealogy up to a weaving, immutable. `into` is in the order of going backward: latest first, ranks with turned sign."""

    weaving: int
    graph: Graph
    names: Names
    folder: Path | None = None


def save(snapshot: Snapshot, home: Path) -> Path:
    """Write a snapshot beside the others and make it the current one."""
    folder = home / f"{snapshot.weaving:012}-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    arrays = _arrays(snapshot)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    manifest = {
        "format": FORMAT,
        "weaving": snapshot.weaving,
        "things": snapshot.graph.things,
        "arrays": {name: {"shape": list(array.shape), "bytes": (folder / f"{name}.npy").stat().st_size} for name, array in arrays.items()},
        "inner": _runs(snapshot.graph.inner),
    }
    text = orjson.dumps(manifest)
    (folder / "manifest.json").write_bytes(orjson.dumps({"sha256": hashlib.sha256(text).hexdigest(), "manifest": manifest}))
    pointer = home / f"{CURRENT}.{uuid.uuid4().hex[:8]}"
    pointer.write_text(folder.name)
    os.replace(pointer, home / CURRENT)  # noqa: PTH105 - atomic
    return folder


def _arrays(snapshot: Snapshot) -> dict[str, Column]:
    graph = snapshot.graph
    found = {"times": graph.times, "special_nodes": graph.special_nodes}
    found |= {"special_at": graph.special_at, "special_until": graph.special_until}
    for side, adjacency in (("out", graph.out), ("into", graph.into)):
        found |= {f"{side}_starts": adjacency.starts, f"{side}_nodes": adjacency.nodes, f"{side}_ranks": adjacency.ranks}
    return found | {"name_ends": snapshot.names.ends, "name_text": snapshot.names.text}


def _runs(texts: list[str]) -> list[list[Any]]:
    """A list with few different neighbours as (text, times)."""
    runs: list[list[Any]] = []
    for text in texts:
        if runs and runs[-1][0] == text:
            runs[-1][1] += 1
        else:
            runs.append([text, 1])
    return runs


def load(home: Path) -> Snapshot:
    """The current snapshot, mapped. Errors: `Unusable` with the reason when there is none, or it is not whole."""
    try:
        folder = home / (home / CURRENT).read_text().strip()
        told = orjson.loads((folder / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError) as fault:
        raise Unusable(f"no snapshot in {home}: {fault}") from fault
    manifest = told.get("manifest", {})
    if manifest.get("format") != FORMAT or hashlib.sha256(orjson.dumps(manifest)).hexdigest() != told.get("sha256"):
        raise Unusable(f"{folder / 'manifest.json'} is of another format or was changed")
    arrays = {name: _mapped(folder / f"{name}.npy", size) for name, size in manifest["arrays"].items()}
    out, into = (Adjacency(*(arrays[f"{side}_{part}"] for part in ("starts", "nodes", "ranks"))) for side in ("out", "into"))
    inner = [text for text, times in manifest["inner"] for _ in range(times)]
    special = tuple(arrays[f"special_{part}"] for part in ("nodes", "at", "until"))
    graph = Graph(manifest["things"], arrays["times"], out, into, special[0], special[1], special[2], inner)
    return Snapshot(manifest["weaving"], graph, Names(arrays["name_ends"], arrays["name_text"]), folder)


def _mapped(path: Path, size: dict[str, Any]) -> Column:
    try:
        if path.stat().st_size != size["bytes"]:
            raise Unusable(f"{path} has {path.stat().st_size} bytes instead of {size['bytes']}")
        mapped = np.load(path, mmap_mode="r") if size["bytes"] and all(size["shape"]) else np.load(path)
    except (OSError, ValueError) as fault:
        raise Unusable(f"{path}: {fault}") from fault
    return np.asarray(mapped)


def sweep(home: Path, keep: int = 2) -> None:
    """Delete all snapshots but the current one and the newest `keep` - 1 others."""
    current = (home / CURRENT).read_text().strip() if (home / CURRENT).exists() else ""
    folders = sorted((path for path in home.iterdir() if path.is_dir() and path.name != current), key=lambda path: path.stat().st_mtime)
    for folder in folders[: max(0, len(folders) - (keep - 1))]:
        shutil.rmtree(folder, ignore_errors=True)
