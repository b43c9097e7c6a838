"""PostgreSQL and Valkey from wheels, under our own small supervision: for a laptop, a pilot and the tests (ADR 0005)."""
