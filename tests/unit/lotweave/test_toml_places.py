"""Where tables and keys are written."""

from __future__ import annotations

from lotweave.toml_places import places

TEXT = """\
# comment
[[schedule]]
  every = "5m"
kinds = [
  "A",
]

[[blackout]]
window = "sat 22:00 - sun 06:00"
[[schedule]]
"""


def test_each_table_and_key_has_its_line_and_column() -> None:
    found = places(TEXT)

    first, second = found["schedule"]
    assert (first.line, first.column) == (2, 1)
    assert first.of("every") == (3, 3)
    assert first.of("kinds") == (4, 1)
    assert found["blackout"][0].of("window") == (9, 1)
    assert second.of("every") == (10, 1)
