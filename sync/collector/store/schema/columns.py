"""Columns: the types of the collector's tables, the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment: ``timestamptz`` on PostgreSQL, whole microseconds since 1970 on SQLite, which has no zones."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on ``dialect``."""
        wanted = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else BigInteger()
        return dialect.type_descriptor(wanted)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """What is stored for ``value``."""
        return value if value is None or dialect.name == "postgresql" else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment that was stored, in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else EPOCH + timedelta(microseconds=value)


# A journal's or a device's id reads the same everywhere: 36 characters, lower case.
Id = String(36).with_variant(UUID(as_uuid=False), "postgresql")
Hash = LargeBinary(32)
Seq = BigInteger
Serial = BigInteger().with_variant(Integer, "sqlite")

# Constraint names are fixed, so that a later migration can name what it changes on either engine.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def clustered(name: str, *parts: Any) -> Table:
    """A table kept in the order of its key on SQLite, one lookup instead of two."""
    return Table(name, metadata, *parts, sqlite_with_rowid=False)


def by_month(name: str, *parts: Any) -> Table:
    """A clustered table that PostgreSQL partitions by the month of arrival."""
    return Table(name, metadata, *parts, sqlite_with_rowid=False, postgresql_partition_by="RANGE (received_at)")
