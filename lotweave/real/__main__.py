"""`python -m lotweave.real`: run it and say how it went; exit 0 done, 1 it differs, 3 a system cannot be reached."""

from __future__ import annotations

import sys
from pathlib import Path

from lotweave.cli.common import err, out, status_of
from lotweave.real.run import real
from trace_core.errors import Verdict


def main() -> int:
    """Run in `real-site` here, or in the folder given."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "real-site").resolve()
    try:
        found = real(folder, lambda line: out.print(line, markup=False))
    except Verdict as verdict:
        err.print(f"{type(verdict).__name__}: {verdict.message}", markup=False)
        return status_of(verdict)
    out.print(f"Done in {found['seconds']} s: {found['lots']} lots and {found['edges']} edges equal Tryton's own answers.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
