"""Listed: every page there is, once; the pictures (`make pages`) and the browser's tests walk this one list.

``test_listed.py`` fails for a page of the app that stands in no list.
"""

from dataclasses import dataclass

SUPERVISOR, ADMINISTRATOR, IT, AUDITOR, NEWCOMER, STRANGER = "giamsat", "quantri", "cntt", "kiemtra", "moi", ""
"""Accounts of the worlds that are looked at; a newcomer is of a unit without counters, a stranger has not signed in."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page as somebody sees it."""

    name: str
    """Of its picture."""
    route: str
    """As the app has it."""
    way: str
    """Its address; what stands in braces is a place of the world."""
    who: str = SUPERVISOR
    status: int = 200


PAGES = (
    Listed("01-tong-quan", "/t", "/t"),
    Listed("01-chua-co-quay", "/t", "/t", NEWCOMER),
    Listed("02-don-vi", "/t/{unit}", "/t/{unit}"),
    Listed("02-don-vi-trung-binh", "/t/{unit}", "/t/{unit}?do=mean5"),
    Listed("03-quay", "/t/{unit}/{counter}", "/t/{unit}/{counter}"),
    Listed("03-quay-canh-quay-khac", "/t/{unit}/{counter}", "/t/{unit}/{counter}?do=mean5&voi={beside}"),
    Listed("03-quay-nam-truoc", "/t/{unit}/{counter}", "/t/{unit}/{counter}?ky=2025-11"),
    Listed("03-cac-quay", "/quay", "/quay"),
    Listed("03-cac-quay-tim", "/quay", "/quay?tim=khong+co"),
    Listed("03-cac-quay-don-vi", "/quay/{unit}", "/quay/{unit}?xep=-n&ky=2026-W46"),
    Listed("01-im-lang", "/im-lang", "/im-lang"),
    Listed("03-giao-dich", "/giao-dich/{unit}/{counter}", "/giao-dich/{unit}/{counter}"),
    Listed("04-ly-do", "/ly-do", "/ly-do"),
    Listed("04-ly-do-don-vi", "/ly-do/{unit}", "/ly-do/{unit}"),
    Listed("04-ly-do-quay", "/ly-do/{unit}/{counter}", "/ly-do/{unit}/{counter}"),
    Listed("05-giai-thich", "/giai-thich/{subject}", "/giai-thich/share"),
    Listed("05-giai-thich-don-vi", "/giai-thich/{subject}/{unit}", "/giai-thich/reasons/{unit}"),
    Listed("05-giai-thich-quay", "/giai-thich/{subject}/{unit}/{counter}", "/giai-thich/aside/{unit}/{counter}"),
    Listed("06-ngay", "/t", "/t?ky=2026-11-19"),
    Listed("07-quy", "/t", "/t?ky=2026-Q3"),
    Listed("08-hom-nay", "/", "/"),
    Listed("11-766", "/766", "/766", ADMINISTRATOR),
    Listed("11-766-don-vi", "/766/{unit}", "/766/{unit}?ky=2026-Q4"),
    Listed("12-tt01", "/tt01", "/tt01"),
    Listed("12-tt01-don-vi", "/tt01/{unit}", "/tt01/{unit}?ky=2026-Q4"),
    Listed("13-gop-y", "/gop-y", "/gop-y"),
    Listed("13-gop-y-tim", "/gop-y", "/gop-y?tim=tre+hen"),
    Listed("13-gop-y-khong-thay", "/gop-y", "/gop-y?tim=khong+co+gi"),
    Listed("14-mot-gop-y", "/gop-y/{code}", "/gop-y/{comment}"),
    Listed("15-vu-viec", "/vu-viec", "/vu-viec"),
    Listed("15-vu-viec-da-dong", "/vu-viec", "/vu-viec?loai=da-dong"),
    Listed("16-mot-vu-viec", "/vu-viec/{number}", "/vu-viec/{case}"),
    Listed("17-dau-hieu", "/dau-hieu", "/dau-hieu"),
    Listed("18-mot-dau-hieu", "/dau-hieu/{number}", "/dau-hieu/1"),
    Listed("18-dau-hieu-thu-hai", "/dau-hieu/{number}", "/dau-hieu/2"),
    Listed("20-may", "/may", "/may", IT),
    Listed("20-may-theo-don-vi", "/may", "/may?xem=don-vi", IT),
    Listed("20-may-man-hinh", "/may", "/may?xem=man-hinh", IT),
    Listed("20-may-dia-day", "/may", "/may?loi=dia", IT),
    Listed("20-may-khong-thay", "/may", "/may?tim=khong-co", IT),
    Listed("20-chon-quay", "/may/chon", "/may/chon?tim=q", IT),
    Listed("21-mot-may", "/may/{device}", "/may/{device}", IT),
    Listed("21-may-tot", "/may/{device}", "/may/{well}", IT),
    Listed("22-tai-khoan", "/tai-khoan", "/tai-khoan", ADMINISTRATOR),
    Listed("22-mot-tai-khoan", "/tai-khoan/{name}", "/tai-khoan/{account}", ADMINISTRATOR),
    Listed("22-tai-khoan-minh", "/tai-khoan/{name}", f"/tai-khoan/{ADMINISTRATOR}", ADMINISTRATOR),
    Listed("23-thiet-lap", "/thiet-lap", "/thiet-lap", ADMINISTRATOR),
    Listed("23-mot-thiet-lap", "/thiet-lap/{number}", "/thiet-lap/1", ADMINISTRATOR),
    Listed(
        "23-thiet-lap-moi",
        "/thiet-lap/moi",
        "/thiet-lap/moi?title=x&set_hours=1&h0_1=1&w0_day=2026-12-26&w0_like=4",
        ADMINISTRATOR,
    ),
    Listed("23-gio-lam-viec", "/thiet-lap/gio", "/thiet-lap/gio?dv={unit}", ADMINISTRATOR),
    Listed("24-phieu-hoi", "/phieu-hoi", "/phieu-hoi", ADMINISTRATOR),
    Listed("24-mot-phieu-hoi", "/phieu-hoi/{ref}", "/phieu-hoi/sipas-5@1", ADMINISTRATOR),
    Listed("24-soan-phieu-hoi", "/phieu-hoi/{ref}", "/phieu-hoi/cua-toi@1?them=km", ADMINISTRATOR),
    Listed("25-nhat-ky", "/nhat-ky", "/nhat-ky", AUDITOR),
    Listed("25-nhat-ky-loc", "/nhat-ky", "/nhat-ky?viec=sign-in&tu=2026-11-01", AUDITOR),
    Listed("26-kiem-toan", "/kiem-toan", "/kiem-toan", AUDITOR),
    Listed("26-kiem-toan-don-vi", "/kiem-toan/{unit}", "/kiem-toan/{unit}", AUDITOR),
    Listed("30-dang-nhap", "/dang-nhap", "/dang-nhap", STRANGER),
    Listed("34-bien-nhan", "/bien-nhan", "/bien-nhan", STRANGER),
    Listed("31-mat-khau", "/mat-khau", "/mat-khau"),
    Listed("32-khong-tim-thay", "/t/{unit}", "/t/khong-co", status=404),
    Listed("33-khong-co-quyen", "/nhat-ky", "/nhat-ky", status=403),
)

NO_PAGES = (
    "/xuat", "/da-chot", "/xuat-766", "/xuat-tt01", "/vu-viec.csv", "/may.csv", "/nhat-ky.csv", "/kiem-toan-goi",
    "/may/{device}/man-hinh.png", "/kiem-toan-tep", "/v1", "/healthz", "/log", "/readyz", "/metrics", "/openapi.json",
    "/assets", "/phieu-hoi/giao-dien.css", "/dang-nhap/oidc", "/dang-xuat/oidc", "/dang-do",
)  # fmt: skip
"""What begins so is a file, is for programs, or leads elsewhere."""


def is_page(route: str) -> bool:
    """Whether people look at what stands at this address."""
    return not any(route == one or route.startswith(f"{one}/") for one in NO_PAGES)


def in_language(way: str, language: str) -> str:
    """The same address in a language."""
    return f"{way}{'&' if '?' in way else '?'}lang={language}"
