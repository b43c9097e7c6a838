"""Settings that make no sense are all named at once, and the secret never shows."""

import pytest

from connectors.kit.manifest import manifest, typed
from connectors.yonbip.settings import settings_of
from trace_core.errors import Misconfigured

GIVEN = {"app_key": "k", "app_secret": "very-secret", "tenant": "t"}


def made(**changes):
    return settings_of(typed(manifest("yonbip"), GIVEN | changes, "connections.bip"))


def test_the_secret_is_in_no_representation():
    assert "very-secret" not in repr(made())


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"tenant": "", "page_size": 0, "overlap_minutes": -1}, ["page_size", "overlap_minutes", "tenant"]),
        ({"tenant": "", "gateway_url": "https://g", "token_url": "https://t", "app_kind": "suite"}, ["tenant"]),
    ],
)
def test_every_mistake_is_named(changes, names):
    with pytest.raises(Misconfigured) as fault:
        made(**changes)
    assert [problem.path for problem in fault.value.problems] == names


def test_a_private_installation_needs_no_tenant():
    assert made(tenant="", gateway_url="https://g/", token_url="https://t").gateway_url == "https://g"


def test_the_path_of_the_token_follows_kind_and_generation():
    assert made(app_kind="suite", token_path="v1").token_path == "/open-auth/suiteApp/base/v1/getAccessToken"
