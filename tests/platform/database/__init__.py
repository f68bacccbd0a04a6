"""Tests of the database: what comes back from a back-up, what an older program says to a newer database."""
