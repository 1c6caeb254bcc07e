"""An office whose database is from before there were blocks: what had come by then was told, and is in none."""

from sqlalchemy import text

from tests.sync.collector.builders import Office


def tell_before_blocks(office: Office) -> None:
    """Leave what is shown as the update to blocks did: cutting begins with the next line of every journal."""
    with office.database.writing() as connection:
        for table in ("block", "block_piece", "block_reason", "uncut_count", "cut_due", "aside_union"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("UPDATE cut_state SET begun_seq = next_seq, state = ''"))
