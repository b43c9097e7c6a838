"""It makes whole addresses of what a site writes."""

import pytest

from connectors.yonyou.settings import settings_of
from trace_core.errors import Misconfigured


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://u9.example", "http://u9.example/U9C/webapi"),
        ("http://u9.example/", "http://u9.example/U9C/webapi"),
        ("https://u9.example/U9/", "https://u9.example/U9/webapi"),
    ],
)
def test_it_adds_the_application_path_only_where_none_is_given(given, url, base):
    assert settings_of(given | {"url": url}).base == base


def test_it_names_everything_that_makes_no_sense(given):
    with pytest.raises(Misconfigured) as told:
        settings_of(given | {"organisations": [], "page_size": 0})

    assert {problem.path for problem in told.value.problems} == {"organisations", "page_size"}


def test_its_repr_hides_the_secret(settings):
    assert "geheim" not in repr(settings)
