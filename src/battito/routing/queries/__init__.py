"""Reading routing."""
