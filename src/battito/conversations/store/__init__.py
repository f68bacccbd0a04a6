"""SQL of conversations. Private to this room."""
