"""An index on disk: arrays in files of their own, mapped into memory by every reader, and a manifest that is written last.

`CURRENT` names the newest; it is replaced atomically, so that a reader sees a whole snapshot or the one before. Files of an older one may
be deleted while others still read them.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from trace_core.index.build import Adjacency, Graph
from trace_core.index.names import Names
from trace_core.index.unusable import Unusable

FORMAT = 3
CURRENT = "CURRENT"
Column = Any


@dataclass(slots=True)
class Snapshot:
    """The genealogy up to a weaving, immutable. `into` is in the order of going backward: latest first, ranks with turned sign."""

    weaving: int
    graph: Graph
    names: Names
    folder: Path | None = None
    _inner: dict[str, Column] | None = None

    @property
    def inner(self) -> dict[str, Column]:
        """The inner nodes of each origin of derived links."""
        if self._inner is None:
            found: dict[str, list[int]] = {}
            for place, origin in enumerate(self.graph.inner, self.graph.things):
                found.setdefault(origin, []).append(place)
            self._inner = {origin: np.array(nodes, np.int64) for origin, nodes in found.items()}
        return self._inner


@dataclass(slots=True)
class Draft:
    """A snapshot that is being written, in a folder beside the others that nobody reads yet."""

    home: Path
    folder: Path
    arrays: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Path) -> Draft:
        """A new one."""
        folder = home / f"draft-{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        return cls(home, folder)

    def put(self, name: str, array: Column) -> Column:
        """Write an array and map it."""
        path = self.folder / f"{name}.npy"
        np.save(path, array)
        self.arrays[name] = {"shape": list(array.shape), "bytes": path.stat().st_size}
        return _mapped(path, self.arrays[name])

    def publish(self, snapshot: Snapshot) -> Snapshot:
        """Write the manifest and make this the current snapshot."""
        told = {"weaving": snapshot.weaving, "things": snapshot.graph.things, "products": snapshot.names.products}
        manifest = {"format": FORMAT, **told, "arrays": self.arrays, "inner": _runs(snapshot.graph.inner)}
        digest = hashlib.sha256(orjson.dumps(manifest)).hexdigest()
        (self.folder / "manifest.json").write_bytes(orjson.dumps({"sha256": digest, "manifest": manifest}))
        pointer = self.home / f"{CURRENT}.{uuid.uuid4().hex[:8]}"
        pointer.write_text(self.folder.name)
        pointer.replace(self.home / CURRENT)
        return replace(snapshot, folder=self.folder)

    def discard(self) -> None:
        """Delete what was written."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _runs(texts: list[str]) -> list[list[Any]]:
    """A list with few different neighbours as (text, times)."""
    runs: list[list[Any]] = []
    for text in texts:
        if runs and runs[-1][0] == text:
            runs[-1][1] += 1
        else:
            runs.append([text, 1])
    return runs


def current(home: Path) -> Path:
    """The folder of the current snapshot. Errors: `Unusable` when there is none."""
    try:
        return home / (home / CURRENT).read_text().strip()
    except OSError as fault:
        raise Unusable(f"no snapshot in {home}: build one with `lotweave index build`") from fault


def stamp(home: Path) -> object:
    """Something that is another when another snapshot is the current one. Errors: `Unusable` when there is none."""
    try:
        told = (home / CURRENT).stat()
    except OSError as fault:
        raise Unusable(f"no snapshot in {home}: build one with `lotweave index build`") from fault
    return told.st_ino, told.st_mtime_ns


def load(home: Path) -> Snapshot:
    """The current snapshot, mapped. Errors: `Unusable` with the reason when there is none, or it is not whole."""
    folder = current(home)
    try:
        told = orjson.loads((folder / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError) as fault:
        raise Unusable(f"{folder / 'manifest.json'}: {fault}") from fault
    manifest = told.get("manifest", {})
    if manifest.get("format") != FORMAT or hashlib.sha256(orjson.dumps(manifest)).hexdigest() != told.get("sha256"):
        raise Unusable(f"{folder / 'manifest.json'} is of another format or was changed")
    arrays = {name: _mapped(folder / f"{name}.npy", size) for name, size in manifest["arrays"].items()}
    out, into = (Adjacency(*(arrays[f"{side}_{part}"] for part in ("starts", "links"))) for side in ("out", "into"))
    inner = [text for text, times in manifest["inner"] for _ in range(times)]
    special = tuple(arrays[f"special_{part}"] for part in ("nodes", "at", "until"))
    graph = Graph(manifest["things"], arrays["times"], out, into, special[0], special[1], special[2], inner)
    names = Names(arrays["name_ends"], arrays["name_text"], arrays["label"], manifest["products"])
    return Snapshot(manifest["weaving"], graph, names, folder)


def _mapped(path: Path, size: dict[str, Any]) -> Column:
    try:
        if path.stat().st_size != size["bytes"]:
            raise Unusable(f"{path} has {path.stat().st_size} bytes instead of {size['bytes']}")
        mapped = np.load(path, mmap_mode="r") if size["bytes"] and all(size["shape"]) else np.load(path)
    except (OSError, ValueError) as fault:
        raise Unusable(f"{path}: {fault}") from fault
    return np.asarray(mapped)


def forget(home: Path) -> None:
    """Let there be no current snapshot; readers of the last one see at their next question that it is gone."""
    (home / CURRENT).unlink(missing_ok=True)


def sweep(home: Path, keep: int = 2) -> None:
    """Delete all snapshots but the current one and the newest `keep` - 1 others."""
    current = (home / CURRENT).read_text().strip() if (home / CURRENT).exists() else ""
    folders = sorted((path for path in home.iterdir() if path.is_dir() and path.name != current), key=lambda path: path.stat().st_mtime)
    for folder in folders[: max(0, len(folders) - (keep - 1))]:
        shutil.rmtree(folder, ignore_errors=True)
