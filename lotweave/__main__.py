"""`python -m lotweave`: the console script by another door."""

from lotweave.cli.main import run

if __name__ == "__main__":
    run()
