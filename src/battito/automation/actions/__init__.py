"""What can be done with canned replies and macros."""
