"""Benches: `./battito bench NAME`. Each prints a table for people, and one JSON object on its last line."""
