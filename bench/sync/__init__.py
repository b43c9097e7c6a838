"""The sync engine on volumes."""
