"""Channels: a folder each. The core names none of them."""
