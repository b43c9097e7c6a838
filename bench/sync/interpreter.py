"""One process that interprets a plant's inbox until it is empty: says that it is ready, waits for its input to end, tells what it did."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench.sync.ours import PLANT
from lotweave.bootstrap import opened
from lotweave.plumbing import plumbing_of
from lotweave.settings import read_site
from pipelines.state import uninterpreted
from pipelines.steps.interpret import interpret
from pipelines.uncollected import seldom_collected


def main() -> None:
    """Do it for the site named."""
    with opened(read_site(Path(sys.argv[1]))) as house:
        plumbing = plumbing_of(house)
        seldom_collected()
        print("ready", flush=True)
        sys.stdin.read()
        began, done = time.process_time(), 0
        while True:
            done += interpret(PLANT, plumbing)
            with house.begin() as connection:
                if PLANT not in uninterpreted.plants_with_work(connection):
                    break
        print(json.dumps({"documents": done, "cpu": time.process_time() - began}), flush=True)


if __name__ == "__main__":
    main()
