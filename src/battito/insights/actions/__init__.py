"""What the floor does."""
