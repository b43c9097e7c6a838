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


def test_it_says_what_results_as_documents_need(given):
    changes = {
        "write_target": "document",
        "document_link": "PrivateDescSeg1",
        "document_number": "Code",
        "writable_segments": ["PrivateDescSeg1", "Memo"],
    }

    with pytest.raises(Misconfigured) as told:
        settings_of(given | changes)

    named = ["writable_segments", "document_operation", "document_table", "document_number", "document_link"]
    assert [problem.path for problem in told.value.problems] == named


@pytest.mark.parametrize(("target", "service"), [("lot", "IModifyLotMasterSV"), ("order", "IModifyMODocSV")])
def test_it_names_the_services_that_the_target_needs(given, target, service):
    assert [name.rpartition(".")[2] for name in settings_of(given | {"write_target": target}).soap_services] == [
        "IQueryLotMasterSV",
        service,
    ]
