"""What every room stands on: database, events, jobs, HTTP, files, telemetry, settings."""
