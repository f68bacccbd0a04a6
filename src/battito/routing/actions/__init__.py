"""What people do to routing."""
