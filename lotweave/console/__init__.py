"""The HTTP interface. It mirrors the verbs; nothing is decided here."""
