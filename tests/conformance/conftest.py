"""What tests of connectors share lies in `connected`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
