"""Many texts as one are the same texts again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_core.store.texts import MARKS, joined


@given(st.lists(st.text("a料\n\x1f\x1e\ue000", max_size=4), min_size=1, max_size=5).filter(lambda texts: texts != [""]))
def test_texts_are_parted_where_they_were_joined(texts: list[str]) -> None:
    told, mark = joined(texts)

    assert told.split(mark) == texts


@pytest.mark.parametrize("texts", [["a", "".join(MARKS)], [""]])
def test_texts_that_could_not_be_parted_again_are_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="every mark"):
        joined(texts)
