#!/usr/bin/env bash
# holidays 0.109 (PyPI), Python 3.11: the days that Vietnam's government moves ("hoán đổi ngày làm việc") are a list by
# hand, and one of 2026's two is not in it. On 25 December 2025 the government moved Friday 2 January 2026 to Saturday
# 10 January; public offices rested on the one and worked on the other. Whoever counts working days by the package
# is off by one between 2 and 9 January 2026, and closed on a Saturday on which every office was open.
#
# Two more that surprise: which working day a Saturday stands for is told nowhere but in the name of the day off, in
# the chosen language; and weekend_workdays of an object made for 2026 alone also holds days of 2014 and 2019.
#
# Seen:
#   2026-08-31 is off: True    2026-08-22 is worked: True
#   2026-01-02 is off: False   2026-01-10 is worked: False
#   2026-08-31 is called: Ngày nghỉ (thay cho ngày 22/08/2026)
#   weekend_workdays for 2026: 2014-12-27 2019-01-05 2026-08-22
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109 python-dateutil==2.9.0.post0 six==1.17.0 2>/dev/null
"$work/venv/bin/python" - <<'PYTHON'
import sys
from datetime import date

from holidays import country_holidays

days = country_holidays("VN", years=2026, language="vi")
for off, worked in ((date(2026, 8, 31), date(2026, 8, 22)), (date(2026, 1, 2), date(2026, 1, 10))):
    print(f"{off} is off: {off in days!s:7}{worked} is worked: {worked in days.weekend_workdays}")
print("2026-08-31 is called:", days[date(2026, 8, 31)])
print("weekend_workdays for 2026:", *sorted(map(str, days.weekend_workdays)))
as_described = (
    date(2026, 8, 31) in days
    and date(2026, 8, 22) in days.weekend_workdays
    and date(2026, 1, 2) not in days
    and date(2026, 1, 10) not in days.weekend_workdays
    and days[date(2026, 8, 31)] == "Ngày nghỉ (thay cho ngày 22/08/2026)"
    and date(2014, 12, 27) in days.weekend_workdays
)
sys.exit(0 if as_described else "holidays behaves otherwise by now")
PYTHON
