"""A database and a server to themselves."""

from tests.support.own import own_database, own_server

database_url = own_database("sla")
server = own_server()
