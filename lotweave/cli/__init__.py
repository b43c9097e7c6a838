"""The command line: one module a group of verbs, all alike: read the site, do the work, say the result, exit with a status."""
