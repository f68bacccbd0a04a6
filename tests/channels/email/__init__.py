"""E-mail: the reader over bytes, the doors over sockets, a mailbox on a real Dovecot."""
