"""What customers write about, as text: one file a matter, and the rules they share."""
