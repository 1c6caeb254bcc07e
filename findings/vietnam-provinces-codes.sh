#!/usr/bin/env bash
# vietnam-provinces 2025.10.1 is the newest version that pip gives to Python 3.10 and 3.11; 2026.9.0 wants 3.12. So one
# requirement ("vietnam-provinces>=2025.10") gives two machines two tables of the same country: 114 of the 3,321 communes
# have another code, and 9 codes stand for another commune, among them three of Cao Bang and three of Ninh Binh in a
# round. Whatever is keyed by these codes goes to the wrong commune without an error. vietnamadminunits 1.0.4, made by
# others, has exactly the codes of 2026.9.0.
# Seen:
#   communes: 3321 and 3321
#   codes in the older table alone: 114; in the newer one alone: 114
#   codes of both with another commune's name: 9
#   names with two blanks: 10 and 0
#   codes unknown to vietnamadminunits: 114 and 0
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
get() { python3 -m pip download --quiet --no-deps --only-binary :all: --ignore-requires-python --dest "$work" "$1"; }
get vietnam-provinces==2025.10.1
get vietnam-provinces==2026.9.0
get vietnamadminunits==1.0.4
python3 - "$work" <<'END'
import io
import json
import re
import sqlite3
import sys
import unicodedata
import zipfile
from pathlib import Path

work = Path(sys.argv[1])


def inside(name: str, path: str) -> bytes:
    (wheel,) = work.glob(f"{name}-*.whl")
    return zipfile.ZipFile(io.BytesIO(wheel.read_bytes())).read(path)


def plain(name: str) -> str:
    """Without accents, blanks and signs: 'Xã Hoà An' and 'xã Hòa An' are the same name."""
    bare = unicodedata.normalize("NFD", name.casefold())
    return re.sub(r"[^a-zđ]", "", "".join(c for c in bare if not unicodedata.combining(c)))


tables = []
for version in ("2025.10.1", "2026.9.0"):
    nested = json.loads(inside(f"vietnam_provinces-{version}", "vietnam_provinces/data/nested-divisions.json"))
    tables.append({f"{ward['code']:05d}": ward["name"] for province in nested for ward in province["wards"]})
older, newer = tables
database = work / "units.db"
database.write_bytes(inside("vietnamadminunits", "vietnamadminunits/data/dataset.db"))
others = {code for (code,) in sqlite3.connect(database).execute("SELECT wardCode FROM admin_units")}
renamed = [code for code in older.keys() & newer.keys() if plain(older[code]) != plain(newer[code])]
seen = (
    (len(older), len(newer)),
    (len(older.keys() - newer.keys()), len(newer.keys() - older.keys())),
    len(renamed),
    tuple(sum("  " in name for name in table.values()) for table in tables),
    tuple(len(table.keys() - others) for table in tables),
)
print(f"communes: {seen[0][0]} and {seen[0][1]}")
print(f"codes in the older table alone: {seen[1][0]}; in the newer one alone: {seen[1][1]}")
print(f"codes of both with another commune's name: {seen[2]}:")
for code in sorted(renamed):
    print(f"  {code}: {older[code]} / {newer[code]}")
print(f"names with two blanks: {seen[3][0]} and {seen[3][1]}")
print(f"codes unknown to vietnamadminunits: {seen[4][0]} and {seen[4][1]}")
sys.exit(seen != ((3321, 3321), (114, 114), 9, (10, 0), (114, 0)))
END
