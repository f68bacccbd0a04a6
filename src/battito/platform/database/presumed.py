"""What PostgreSQL is told of tables that hold nothing yet, until it has looked for itself.

Every table says whose workspace a row is of, and nearly always all rows are of the same few. Where a column was never
analysed, PostgreSQL takes it that one value has half a percent of the rows: reading all of a workspace then looks as good as
going by an id, and joins begin with all of its contacts. Prepared statements keep such a plan until the tables are analysed,
and a new installation that is busy from its first minute slows down, up to a hundred times, until autovacuum comes by.
"""

from typing import Any, Final

PRESUME: Final = """
select count(pg_restore_attribute_stats('schemaname', n.nspname::text, 'relname', c.relname::text, 'attname', a.attname::text,
  'inherited', c.relkind = 'p', 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real))
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and a.attname = 'workspace_id' and not a.attisdropped
  and not exists(select from pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname)
"""
KNOWN: Final = "select to_regproc('pg_restore_attribute_stats') is not null"
"""PostgreSQL 18 and later. An earlier one has to wait for its own statistics."""


async def presume_statistics(connection: Any) -> int:
    """Say of every table without statistics that all its rows are of one workspace; how many tables. Safe to call at any time."""
    if not await connection.fetchval(KNOWN):
        return 0
    return int(await connection.fetchval(PRESUME))
