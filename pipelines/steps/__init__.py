"""One step of the journey a module: what it takes, what it leaves, in one transaction."""
