"""Automation: canned replies and macros."""
