"""Any REST or JSON-RPC system, joined by configuration alone."""
