"""Conversations: one matter with one contact, its messages and notes, from the first word to the resolution."""
