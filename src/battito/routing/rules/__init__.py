"""Routing rules: what decides to which queue a new conversation goes, and what is asked of whoever takes it."""
