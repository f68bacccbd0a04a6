"""Full-text search over messages, notes, conversations and contacts.

`words` reads what a person typed, `find` answers, `index` keeps the tables up to date behind the events.
"""
