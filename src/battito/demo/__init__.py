"""The demonstration: a plausible company, its people, its customers and what they wrote."""
