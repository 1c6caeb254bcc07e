"""Roles: what each one reads who may, by real addresses, in the language of the office.

All of it is looked at together: whatever several people know between them is in it. Every address of the collector is
read by somebody here, or stands in ``TELLS_NOTHING`` with its reason.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from sync.collector.store.schema import follow_up, signal
from tests.attack import harvest, stories
from tests.attack.centre import ON_PAPER, PROVINCE
from tests.attack.harvest import Sheet
from tests.attack.world import BEGIN, World

SUBJECTS = ("share", "n", "answered", "bad", "aside", "reasons", "trend", "versus")
TELLS_NOTHING = {
    "/healthz": "whether the process lives",
    "/readyz": "whether the database answers",
    "/openapi.json": "how programs ask",
    "/dang-nhap": "the form for a name and a password",
    "/dang-nhap/oidc": "leads to the office's own sign-in",
    "/dang-nhap/oidc/ve": "leads back from there",
    "/dang-do": "a page of the same person's, with what they had typed there",
    "/dang-xuat/oidc": "signs out there, too",
    "/mat-khau": "the form for a new password",
    "/gop-y/{code}": "a citizen's own words, for whoever handles them; nobody writes any here",
    "/phieu-hoi/giao-dien.css": "how a kiosk looks",
    "/phieu-hoi/{ref}": "what is asked",
    "/thiet-lap/gio": "when counters are open",
    "/thiet-lap/moi": "a form",
    "/thiet-lap/{number}": "what is set on kiosks",
    "/tai-khoan": "who has an account",
    "/tai-khoan/{name}": "an account",
    "/kiem-toan-tep/hailong-verify.py": "a program",
    "/log/restarted": "which log this one follows",
    "/may/{device}/man-hinh.png": "a picture of a screen at which nobody is",
    "/v1/device": "what is set on a kiosk, for itself",
    "/v1/device/collector": "the collector's key, for kiosks",
    "/v1/journals/{journal_id}": "a kiosk's own cursor, for itself",
}
"""Addresses that tell no number of what people said, and why."""
READ_BY_DOORS = (
    "/metrics", "/bien-nhan", "/kiem-toan", "/kiem-toan/{unit}", "/kiem-toan-goi", "/kiem-toan-goi/{unit}",
    "/log/checkpoint", "/log/keys", "/log/tile/{path:path}",
)  # fmt: skip
"""Addresses that ``harvest`` and ``doors`` read, for what is in them has to be taken apart first."""


def everybody(world: World) -> Iterator[Sheet]:
    """What every role reads, letters, the desk and what Prometheus is told."""
    for who, form, way in addresses(world):
        yield harvest.read(world, way, who, form)
    yield harvest.metrics(world)
    yield from harvest.letters(world)
    yield harvest.desk(world, "a", BEGIN.date().isoformat(), world.now.date().isoformat())


def everybody_after_chores(world: World) -> Iterator[Sheet]:
    """The same once the collector has done by itself what it does: signs, cases, letters, closed months."""
    world.centre.do_chores()
    yield from everybody(world)


def few_pages(world: World) -> Iterator[Sheet]:
    """A counter's month as a page and a workbook, its day for programs, the audit log, and what Prometheus is told."""
    month, day = f"{world.now:%Y-%m}", world.now.date().isoformat()
    yield harvest.page(world, f"/t/XA/Q1?ky={month}", "xem")
    yield harvest.read(world, f"/xuat/xlsx/XA/Q1?ky={month}", "huong", "xlsx")
    yield harvest.read(world, f"/xuat/tidy/XA/Q1?ky={month}", "huong", "csv")
    yield harvest.tallies(world, day, day, "XA", "chu")
    yield harvest.page(world, "/nhat-ky", "kiemtra")
    yield harvest.metrics(world)
    yield harvest.desk(world, "a", BEGIN.date().isoformat(), day)


def decisions(world: World) -> Iterator[Sheet]:
    """Days and months for programs and as pages, and what a supervisor sees of signs, at each step."""
    yield from stories.days_on_the_web(world)
    yield harvest.page(world, f"/t/XA/Q1?ky={world.now:%Y-%m}", "huong")
    for number in world.centre.named_in(signal.c.signal_id):
        yield harvest.page(world, f"/dau-hieu/{number}", "huong")


def each_form(world: World) -> Iterator[Sheet]:
    """The same, and the commune or its counter in every form: for a look after each step.

    Paper is laid out of the very report that other forms print, once for each that differs: the counter's alone, whose
    ratings are the commune's.
    """
    month = f"{world.now:%Y-%m}"
    yield from decisions(world)
    yield harvest.read(world, f"/xuat/pdf/XA/Q1?ky={month}", "kiemtra", "pdf")
    yield harvest.file(world, f"/xuat/csv/XA?ky={month}", "kiemtra")
    yield harvest.read(world, f"/xuat/xlsx/XA/Q1?ky={month}", "huong", "xlsx")
    yield harvest.report(world, "XA", month, "chu", counter="Q1")
    yield harvest.page(world, f"/ly-do/XA?ky={month}", "truong")
    yield harvest.page(world, "/nhat-ky", "kiemtra")
    yield harvest.metrics(world)
    yield harvest.desk(world, "a", BEGIN.date().isoformat(), world.now.date().isoformat())


def each_form_of_both(world: World) -> Iterator[Sheet]:
    """Both communes in every form, on paper the one that loses: their counters may be others at each look."""
    month = f"{world.now:%Y-%m}"
    yield from stories.days_of_both(world)
    for unit in ("XA", "XB"):
        yield harvest.page(world, f"/t/{unit}?ky={month}", "xem")
        yield harvest.file(world, f"/xuat/csv/{unit}?ky={month}", "kiemtra")
        yield harvest.report(world, unit, month, "chu")
    yield harvest.read(world, f"/xuat/xlsx?ky={month}", "chu", "xlsx")
    yield harvest.read(world, f"/xuat/pdf/XA?ky={month}", "kiemtra", "pdf")
    yield harvest.page(world, "/nhat-ky", "kiemtra")
    yield harvest.desk(world, "a", BEGIN.date().isoformat(), world.now.date().isoformat())


def letters_and_signs(world: World) -> Iterator[Sheet]:
    """What the collector finds and writes by itself."""
    world.centre.do_chores()
    yield from stories.days_of(world, "XA", stories.day(0))
    for number in world.centre.named_in(signal.c.signal_id):
        yield harvest.page(world, f"/dau-hieu/{number}", "huong")
    yield from harvest.letters(world)


Address = tuple[str, str, str]
"""Who reads, in which form, what."""


def addresses(world: World) -> list[Address]:
    """What everybody reads by an address."""
    living = [*_leaders(world), *_supervisor(world), *its(world), *_auditor(world), *_programs(world)]
    return [*living, *kept(world)]


def kept(world: World) -> list[Address]:
    """What was kept of closed months: what there is, its numbers and files, and the pages that show it.

    The one province's report is that of all together once more.
    """
    found: list[Address] = []
    for unit, on, number in world.centre.kept():
        month = f"{on:%Y-%m}"
        asked, below = f"period={month}" + (f"&unit={unit}" if unit else ""), f"/{unit}" if unit else ""
        found += [("chu", "json", f"/v1/closed?{asked}")]
        found += [("chu", "json", f"/v1/closed/file?{asked}&number={number}&form=json")]
        if unit != PROVINCE:
            found += [("xem", "html", f"/t{below}?ky={month}"), ("chu", "json", f"/v1/report?{asked}")]
            form, who = ("xlsx", "huong") if unit == "XA" else ("csv", "kiemtra")
            found += [(who, form, f"/da-chot/{form}{below}?ky={month}&lan={number}")]
        if unit == ON_PAPER:
            found += [("kiemtra", "pdf", f"/da-chot/pdf{below}?ky={month}&lan={number}")]
    return list(dict.fromkeys(found))


def _leaders(world: World) -> Iterator[Address]:
    """The province's and the commune's: pages of every kind of place and period."""
    today, month = world.now.date(), f"{world.now:%Y-%m}"
    pages = ["/", f"/t?ky={month}", f"/t/XA?ky={_week(today)}&do=mean5", f"/t/XA/Q1?ky={month}&so=nam-truoc",
             f"/t/XA/Q1?ky={today - timedelta(days=1)}", f"/ly-do/XA?ky={month}", f"/ly-do?ky={month}&phieu=",
             f"/ly-do/XA/Q1?ky={_week(today)}", f"/quay?ky={month}", "/im-lang",
             f"/tt01?ky={_quarter(today)}", "/766", "/vu-viec",
             *(f"/giai-thich/{subject}/XA/Q1?ky={month}" for subject in SUBJECTS[:3]),
             f"/giai-thich/trend?ky={month}", f"/giai-thich/bad/XA?ky={_week(today)}"]  # fmt: skip
    yield from (("xem", "html", way) for way in pages)
    yield from (("truong", "html", way) for way in ("/", f"/t/XA?ky={month}", f"/tt01/XA?ky={_quarter(today)}",
                "/766/XA", f"/t/XA/Q2?ky={today}"))  # fmt: skip


def _supervisor(world: World) -> Iterator[Address]:
    """A commune's: two counters beside each other, signs, cases, files of every form but paper."""
    today, month = world.now.date(), f"{world.now:%Y-%m}"
    signs = [f"/dau-hieu/{number}" for number in world.centre.named_in(signal.c.signal_id)]
    cases = [f"/vu-viec/{number}" for number in world.centre.named_in(follow_up.c.number)]
    pages = [f"/t/XA/Q1?ky={_week(today)}&voi=XA:Q2", f"/t/XA/Q3?ky={month}", "/dau-hieu", "/vu-viec", "/gop-y",
             "/gop-y?quay=Q1", "/giao-dich/XA/Q1", f"/quay/XA?ky={_week(today)}&xep=-n", *signs, *cases]  # fmt: skip
    yield from (("huong", "html", way) for way in pages)
    yield from (("huong", "csv", way) for way in (f"/xuat/csv/XA?ky={month}", "/vu-viec.csv"))
    sheets = (f"/xuat/xlsx/XA/Q1?ky={month}", f"/xuat-tt01/xlsx/XA?ky={_quarter(today)}", "/xuat-766/xlsx/XA")
    yield from (("huong", "xlsx", way) for way in sheets)


def its(world: World, kiosks: Iterable[str] = ()) -> Iterator[Address]:
    """Whoever mends kiosks; of some, all are looked at where none is named."""
    pages = sorted({f"/may/{world.kiosks[name].key.keyid}" for name in (*kiosks,) or world.kiosks})
    yield from (("may", "html", way) for way in ("/may", "/may/chon", *pages, "/thiet-lap", "/phieu-hoi"))
    yield "may", "csv", "/may.csv"


def _auditor(world: World) -> Iterator[Address]:
    """Whoever reads what others did, and everything besides."""
    month = f"{world.now:%Y-%m}"
    yield from (("kiemtra", "html", way) for way in ("/nhat-ky", f"/t/XB?ky={month}"))
    files = ("/nhat-ky.csv", f"/xuat/csv?ky={month}", "/xuat-tt01/csv", "/xuat-766/csv")
    yield from (("kiemtra", "csv", way) for way in files)


def _programs(world: World) -> Iterator[Address]:
    """Programs of the administrator's, and two that read by a token."""
    today = world.now.date()
    month = f"{today:%Y-%m}"
    yesterday, week = today - timedelta(days=1), _week(today)
    reports = [f"unit=XA&period={month}", f"unit=XA&counter=Q1&period={month}&versus=XA:Q2",
               f"unit=XA&period={yesterday}", f"unit=XA&period={week}&measure=mean5"]  # fmt: skip
    yield from (("chu", "json", f"/v1/report?{asked}") for asked in reports)
    days = [(today - timedelta(days=back)).isoformat() for back in range(3)]
    yield from (("khoxa", "json", f"/v1/tallies?from={day}&to={day}") for day in days)
    since = f"from={days[-1]}&to={days[0]}"
    every = ("/v1/counters", f"/v1/series?{since}", f"/v1/participation?{since}&unit=XA", "/v1/comments", "/v1/fleet")
    yield from (("kho", "json", way) for way in every)
    yield "kho", "csv", f"/v1/tallies?{since}&form=csv"
    yield "khoxa", "csv", f"/v1/report?period={month}&unit=XA&form=csv"


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
