"""A small MES with a REST interface as a definition describes it, and so many rows of two kinds."""

from __future__ import annotations

from pathlib import Path

from connectors.kit.sample import Sample

DEFINITION = Path(__file__).parent / "sample.yml"


def sample(size: int = 30) -> Sample:
    """The MES with so many lots, and a bill for each with two lines."""
    stamps = [f"2026-03-{1 + number // 24 % 28:02}T{number % 24:02}:00:00" for number in range(size)]
    data = {
        "user": "mes",
        "password": "sample-secret",
        "rows": {
            "lot": [{"id": number + 1, "no": f"批号-{number}", "changed": stamp} for number, stamp in enumerate(stamps)],
            "bill": [
                {"id": number + 1, "no": f"B-{number}", "line_ids": [2 * number + 1, 2 * number + 2], "changed": stamp}
                for number, stamp in enumerate(stamps)
            ],
            "line": [{"id": number + 1, "quantity": 1.5 + number} for number in range(2 * size)],
        },
    }
    settings = {"definition": str(DEFINITION), "user": "mes", "password": "sample-secret", "kinds": ("lot", "bill")}
    return Sample(data, settings, {"password": "another-secret"}, session_lost="session_lost", zone="UTC")
