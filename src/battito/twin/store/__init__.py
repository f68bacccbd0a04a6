"""Statements of the twin: what was recorded, and the runs that are kept."""
