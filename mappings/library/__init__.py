"""The named functions that a mapping may call: pure, typed, tested."""
