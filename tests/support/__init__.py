"""What tests share: a real PostgreSQL, a real server, a furnished workspace."""
