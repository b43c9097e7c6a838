"""The console's process: serves on 127.0.0.1 until it is told to stop."""

from __future__ import annotations

import signal
import sys

from werkzeug.serving import make_server

from lotweave import logs
from lotweave.bootstrap import opened
from lotweave.console.app import make_app
from lotweave.console.epcis_sockets import Sockets
from lotweave.settings import read_site, site_folder
from lotweave.telemetry import traced


def main() -> None:
    """Serve the site of LOTWEAVE_SITE on the port given as the only argument."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    site = read_site(site_folder(None))
    logs.set_up(site.telemetry.log_level)
    with traced(site), opened(site) as house, Sockets(house.site.epcis.most_sockets) as sockets:
        if house.snapshots.is_dir():
            with house.reader():
                pass  # the index is loaded before the first question, not by it
        make_server("127.0.0.1", int(sys.argv[1]), make_app(house, sockets), threaded=True).serve_forever()


if __name__ == "__main__":
    main()
