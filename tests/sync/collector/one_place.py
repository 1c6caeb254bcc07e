"""What a distributed database takes of SQL, so that it is held to on every machine, with or without a cluster.

A statement may read the tables of journals together only by their ``journal_id``: rows that lie on different machines
cannot be joined. That is narrower than what Citus takes, in the direction in which its refusals lie.
"""

import re
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from sync.collector.store.distributed import COPIED, spread_tables
from sync.collector.store.schema import DISTRIBUTION, metadata

SPREAD = frozenset(table.name for table in spread_tables())
_COPIED = frozenset(table.name for table in COPIED)
_LOCAL = frozenset(metadata.tables) - SPREAD - _COPIED
_MARK = re.compile(r"%\(\w+\)s|%[sb]")
_VOLATILE = frozenset(
    {"random", "rand", "uuid", "clock_timestamp", "gen_random_uuid", "nextval", "setval", "timeofday"}
)
_NAMES = re.compile(rf"\b({'|'.join(sorted(SPREAD))})\b")
_SCOPES = (exp.Select, exp.Update, exp.Delete)


@cache
def refusals(statement: str) -> tuple[str, ...]:
    """Why a distributed database would not take a statement of the PostgreSQL driver; nothing where it would."""
    if not _NAMES.search(statement) or not statement.lstrip()[:6].upper().startswith(_VERBS):
        return ()
    return tuple(_refusals(_parsed(statement)))


@cache
def names_its_journal(statement: str) -> bool:
    """Whether all that a statement reads and writes of journals is of those that it names: it goes there alone."""
    if not _NAMES.search(statement):
        return True
    tree = _parsed(statement)
    scopes = all(_pinned(scope) >= set(_spread(scope)) for scope in tree.find_all(*_SCOPES))
    return scopes and all(_names_rows(one) for one in tree.find_all(exp.Insert))


def hold_to_subset(
    _connection: object, _cursor: object, statement: str, _parameters: object, context: Any, _many: bool
) -> None:
    """An event of an engine: keep what the program asks that a distributed database would not take, and why."""
    if context.dialect.name != "postgresql" or statement in _SEEN:
        return
    if (found := refusals(statement)) and not _is_of_tests():
        REFUSED[statement] = "; ".join(found)
    _SEEN.add(statement)


def _is_of_tests() -> bool:
    """Whether a test made the statement that is under way, or a migration: those are done when a database is spread."""
    frame = sys._getframe(2)
    while "/site-packages/" in frame.f_code.co_filename and frame.f_back is not None:
        frame = frame.f_back
    return "/tests/" in frame.f_code.co_filename or "/migrations/" in frame.f_code.co_filename


REFUSED: dict[str, str] = {}
_SEEN: set[str] = set()
_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def _parsed(statement: str) -> exp.Expression:
    return sqlglot.parse_one(_MARK.sub("$1", statement).replace("%%", "%"), read="postgres")


def _refusals(tree: exp.Expression) -> Iterator[str]:
    for scope in tree.find_all(*_SCOPES):
        spread = _spread(scope)
        if spread and len({_group(scope, alias) for alias in spread}) > 1:
            yield f"{', '.join(sorted(spread.values()))} are joined, but not by {DISTRIBUTION}"
        yield from _lock_refusals(scope)
        yield from _correlated(scope)
    for insert in tree.find_all(exp.Insert):
        yield from _insert_refusals(insert)
    for update in tree.find_all(exp.Update):
        names = {each.this.name for each in update.expressions if isinstance(each, exp.EQ)}
        if _spread(update) and DISTRIBUTION in names:
            yield f"{DISTRIBUTION} is changed"
    for named in tree.find_all(exp.With):
        if named.recursive and any(table.name in SPREAD for table in named.find_all(exp.Table)):
            yield "a recursive query reads a spread table"
    if not isinstance(tree, exp.Select) and any(name in _VOLATILE for name in _functions(tree)):
        yield "a volatile function is written"


def _functions(tree: exp.Expression) -> Iterator[str]:
    for function in tree.find_all(exp.Func):
        yield (function.name if isinstance(function, exp.Anonymous) else function.sql_name()).lower()


def _tables(scope: exp.Expression) -> dict[str, str]:
    """The tables that a scope itself reads or writes, by the name they have in it."""
    found = {}
    if isinstance(scope, exp.Select):
        sources = [scope.args.get("from_") or scope.args.get("from"), *scope.args.get("joins", [])]
    else:
        sources = [scope.this, scope.args.get("from_") or scope.args.get("from"), *(scope.args.get("using") or [])]
    for source in sources:
        table = source.this if isinstance(source, exp.From | exp.Join) else source
        every = [table, *(join.this for join in table.args.get("joins") or [])] if table is not None else []
        for one in every:
            if isinstance(one, exp.Table) and not _is_named_query(one):
                found[one.alias_or_name] = one.name
    return found


def _is_named_query(table: exp.Table) -> bool:
    """Whether this is the name of a WITH, not a table."""
    at: exp.Expression | None = table
    while at is not None:
        named = at.args.get("with_") or at.args.get("with")
        if named is not None and any(one.alias == table.name for one in named.expressions):
            return True
        at = at.parent
    return False


def _spread(scope: exp.Expression) -> dict[str, str]:
    return {alias: name for alias, name in _tables(scope).items() if name in SPREAD}


def _conditions(scope: exp.Expression) -> Iterator[exp.Expression]:
    """What is true of all rows of a scope."""
    own = (join for join in scope.find_all(exp.Join) if join.find_ancestor(*_SCOPES) is scope)
    parts = [scope.args.get("where"), *(join.args.get("on") for join in own)]
    waiting = [part.this if isinstance(part, exp.Where) else part for part in parts if part is not None]
    while waiting:
        one = waiting.pop()
        if isinstance(one, exp.And):
            waiting += [one.left, one.right]
        elif isinstance(one, exp.Paren):
            waiting.append(one.this)
        else:
            yield one


def _owner(scope: exp.Expression, column: exp.Expression) -> str | None:
    """Of which spread table of the scope this is the journal's column; None for anything else."""
    while isinstance(column, exp.Cast | exp.Paren):
        column = column.this
    if not isinstance(column, exp.Column) or column.name != DISTRIBUTION:
        return None
    spread = _spread(scope)
    if column.table:
        return column.table if column.table in spread else None
    return next(iter(spread), None)


def _group(scope: exp.Expression, alias: str) -> frozenset[str]:
    """The spread tables that are joined to this one by their journals; those that are named are one group."""
    group, pinned = {alias}, _pinned(scope)
    edges = list(_edges(scope))
    grown = True
    while grown:
        more = {end for edge in edges if edge & group for end in edge} | (pinned if pinned & group else set())
        grown = not more <= group
        group |= more
    return frozenset(group)


def _edges(scope: exp.Expression) -> Iterator[set[str]]:
    for one in _conditions(scope):
        if isinstance(one, exp.EQ):
            ends = {_owner(scope, one.left), _owner(scope, one.right)}
            if None not in ends and len(ends) == 2:
                yield {end for end in ends if end is not None}


def _pinned(scope: exp.Expression) -> set[str]:
    """The spread tables of which a scope names the journal; those joined to such, too."""
    found = set()
    for one in _conditions(scope):
        if isinstance(one, exp.EQ):
            for column, value in ((one.left, one.right), (one.right, one.left)):
                if not value.find(exp.Column) and not value.find(exp.Select):
                    found |= {_owner(scope, column)}
        if isinstance(one, exp.In) and not one.args.get("query"):
            columns = one.this.expressions if isinstance(one.this, exp.Tuple) else [one.this]
            found |= {_owner(scope, column) for column in columns}
    for _ in range(2):
        found |= {end for edge in _edges(scope) if edge & found for end in edge}
    return {each for each in found if each is not None}


def _lock_refusals(scope: exp.Expression) -> Iterator[str]:
    for lock in scope.args.get("locks") or []:
        of = {table.name for table in lock.expressions} or set(_tables(scope))
        if any(alias in of for alias in _spread(scope)) and not _pinned(scope) >= set(_spread(scope)):
            yield "rows of several machines are locked by one statement"


def _correlated(scope: exp.Expression) -> Iterator[str]:
    """Queries within conditions that speak of the rows around them, which lie where these lie only by their journal."""
    outside = _tables(scope)
    for inner in scope.find_all(exp.Select):
        if inner is scope or inner.find_ancestor(*_SCOPES) is not scope:
            continue
        inside, said = _tables(inner), {column.table for column in inner.find_all(exp.Column)}
        across = {alias for alias in outside if alias in said and alias not in inside}
        if not across:
            continue
        if any(name in SPREAD for name in inside.values()):
            if not any(_is_tied(inner, one, across) for one in _conditions(inner)):
                yield f"a query over {', '.join(inside.values())} speaks of rows of other journals around it"
        elif any(outside[alias] in SPREAD for alias in across) and any(name in _LOCAL for name in inside.values()):
            yield f"a query over {', '.join(inside.values())}, which lie elsewhere, speaks of rows around it"


def _is_tied(inner: exp.Expression, one: exp.Expression, across: set[str]) -> bool:
    if not isinstance(one, exp.EQ):
        return False
    sides = [side for side in (one.left, one.right) if isinstance(side, exp.Column) and side.name == DISTRIBUTION]
    return len(sides) == 2 and any(side.table in across for side in sides)


def _insert_refusals(insert: exp.Insert) -> Iterator[str]:
    target = insert.this
    table = target.this if isinstance(target, exp.Schema) else target
    if table.name not in SPREAD:
        return
    names = [each.name for each in target.expressions] if isinstance(target, exp.Schema) else []
    if DISTRIBUTION not in names:
        yield f"rows of {table.name} are written without a {DISTRIBUTION}"
    conflict = insert.args.get("conflict")
    keys = [each.name for each in conflict.args.get("conflict_keys") or []] if conflict is not None else []
    if keys and DISTRIBUTION not in keys:
        yield f"a conflict in {table.name} is looked for without its {DISTRIBUTION}"


def _names_rows(insert: exp.Insert) -> bool:
    """Whether the rows are written out, or come from tables of the same journal."""
    source = insert.expression
    return isinstance(source, exp.Values) or bool(_spread(source)) or not _insert_is_spread(insert)


def _insert_is_spread(insert: exp.Insert) -> bool:
    target = insert.this.this if isinstance(insert.this, exp.Schema) else insert.this
    return target.name in SPREAD
