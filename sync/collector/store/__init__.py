"""Store: the database itself: engines, the writer, bulk rows, partitions, migrations, backups and the schema.

No table's meaning is decided here, and no other room opens a database.
"""
