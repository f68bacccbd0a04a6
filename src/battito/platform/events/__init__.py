"""The event log: what was committed, in the order in which it was committed."""
