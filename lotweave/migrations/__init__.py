"""The tables' history, forward only. The tables themselves are described in the rooms that own them."""
