"""An ID is looked up once."""

import pytest

from connectors.yonyou.ids import IdShelf
from trace_core.errors import Misconfigured


def test_an_id_is_looked_up_once_and_a_failure_is_not_remembered():
    shelf = IdShelf()

    def refused() -> int:
        raise Misconfigured("no")

    with pytest.raises(Misconfigured):
        shelf.take(("u9", "org", "10"), refused)

    assert shelf.take(("u9", "org", "10"), lambda: 7) == 7
    assert shelf.take(("u9", "org", "10"), lambda: 8) == 7
