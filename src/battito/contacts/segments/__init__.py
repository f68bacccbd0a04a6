"""Segments: groups of contacts said by conditions; and the conditions themselves, which routing rules use too."""
