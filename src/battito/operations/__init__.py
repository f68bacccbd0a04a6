"""Looking after an installation: back-up, restore, doctor, settings."""
