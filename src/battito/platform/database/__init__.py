"""PostgreSQL: pool, transactions with their events and audit lines, migrations, the embedded server."""

from battito.platform.database.pool import Database, Tx

__all__ = ["Database", "Tx"]
