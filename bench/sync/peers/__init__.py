"""What others are given to do the same, each run by an environment of its own: `dlt.txt` and `singer.txt` say with which versions."""
