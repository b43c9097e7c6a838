"""What is held is renewed while its holder works, and never after."""

from __future__ import annotations

import threading

import pytest

from connectors.kit.beating import beating


def test_it_beats_until_the_block_ends_and_never_after() -> None:
    beats, often = [0], threading.Event()

    def beat() -> None:
        beats[0] += 1
        if beats[0] == 3:
            often.set()

    with beating(beat, 0.001):
        assert often.wait(10)
    counted = beats[0]

    assert not [thread for thread in threading.enumerate() if thread.name == "beating"]
    assert beats[0] == counted >= 3


def test_it_ends_with_a_block_that_fails() -> None:
    with pytest.raises(ValueError, match="as it is"), beating(lambda: None, 0.001):
        raise ValueError("as it is")

    assert not [thread for thread in threading.enumerate() if thread.name == "beating"]
