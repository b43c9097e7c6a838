"""Checks of what a connector says about itself."""

from __future__ import annotations

from connectors.kit.limits import limits_of
from connectors.kit.manifest import COMMON
from connectors.kit.trial import Trial
from trace_core.errors import Misconfigured

MOST_METHODS = 7


def manifest_is_whole(one: Trial) -> dict[str, float]:
    """The manifest names what is needed, its limits can be read, and what identifies the company are settings of it."""
    man = one.man
    limits_of(man.limits)
    unknown = [name for name in man.company if name not in man.settings]
    assert not unknown, f"company names settings that there are not: {', '.join(unknown)}"
    assert man.results_need in {"", *man.settings}, f"results_need names no setting: {man.results_need}"
    assert man.company, "company names no setting: connections to one system could not share its limits"
    unhelpful = [name for name, setting in man.settings.items() if not setting.help]
    assert not unhelpful, f"settings without a word of help: {', '.join(unhelpful)}"
    return {"settings": len(man.settings) - len(COMMON), "kinds": len(one.kinds)}


def readme_names_settings_and_kinds(one: Trial) -> None:
    """The README says what every required setting and every kind is."""
    told = (one.man.home / "README.md").read_text("utf-8")
    kinds = [kind for kind in one.man.kinds if kind not in told]
    assert not kinds, f"README.md does not name the kinds {', '.join(kinds)}"
    needed = [name for name, setting in one.man.settings.items() if setting.required and name not in told]
    assert not needed, f"README.md does not name the required settings {', '.join(needed)}"


def few_methods(one: Trial) -> dict[str, float]:
    """The connector has the contract's methods and at most one more."""
    with one.opened() as connector:
        public = [name for name in dir(connector) if not name.startswith("_") and callable(getattr(connector, name))]
    assert len(public) <= MOST_METHODS, f"it has {len(public)} public methods: {', '.join(public)}; the contract has six"
    return {"methods": len(public)}


def settings_are_checked(one: Trial) -> None:
    """A setting that is missing or unknown is named before anything is sent."""
    before = one.calls()
    try:
        with one.opened(no_such_setting="x"):
            raise AssertionError("a setting that there is not was taken")
    except Misconfigured as fault:
        assert any("no_such_setting" in problem.path for problem in fault.problems), "the unknown setting is not named"
    assert one.calls() == before, "something was sent"


CHECKS = (manifest_is_whole, readme_names_settings_and_kinds, few_methods, settings_are_checked)
