"""A database of their own: another node, without a scanner, would examine files in its own way."""

from tests.support.own import own_database, own_server

database_url = own_database("files")
server = own_server()
