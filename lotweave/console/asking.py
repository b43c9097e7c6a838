"""Who asks for what: an open house and the holder of the key that was shown."""

from __future__ import annotations

from dataclasses import dataclass

from lotweave.access.keys import Holder
from lotweave.bootstrap import House


@dataclass(frozen=True, slots=True)
class Asking:
    """A request by a valid key."""

    house: House
    who: Holder
