"""Each way needs its own settings, and says all that are missing."""

import pytest

from connectors.kit.manifest import manifest, typed
from connectors.u8.settings import settings_of
from trace_core.errors import Misconfigured


def made(**given):
    return settings_of(typed(manifest("u8"), given, "connections.u8"))


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["from_account", "to_account", "app_key", "app_secret"]),
        ({"route": "eai", "polls": 0}, ["sender", "polls"]),
    ],
)
def test_every_mistake_is_named(given, names):
    with pytest.raises(Misconfigured) as fault:
        made(**given)
    assert [problem.path for problem in fault.value.problems] == names


def test_the_secret_is_in_no_representation_and_the_account_tells_account_sets_apart():
    told = made(from_account="a", to_account="b", app_key="k", app_secret="very-secret")

    assert "very-secret" not in repr(told)
    assert told.account == "b"
    assert made(route="eai", sender="222").account == "222"
