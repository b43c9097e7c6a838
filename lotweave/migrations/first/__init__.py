"""The tables as they were first made, by room; the revision 0001 calls them. What changes later is a revision of its own."""
