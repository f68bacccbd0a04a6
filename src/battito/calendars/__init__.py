"""Business calendars: when a company works, and time counted in its hours."""
