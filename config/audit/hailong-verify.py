#!/usr/bin/env python3
"""hailong-verify: checks an auditor's bundle of a closed month, with nothing but this file.

    python3 hailong-verify.py BUNDLE.zip --log-vkey KEY --witness KEY [--lang en]

It speaks Vietnamese, and English with ``--lang en``. A bundle is what ``collector audit-bundle`` writes: a month's report as it was kept, what it was added up of, what the
kiosks signed, and proofs from the public log. This file recomputes every number of the report and says which differ,
and what rests on the collector's word. It needs Python 3.9 or later and the package ``cryptography``; it opens no
network connection, writes no file, and shares no line of code with the programs that made the numbers, so that one
fault is not in both. For the same reason it is one file, however long.

Exit code 0: nothing differs. 1: something differs. 2: the bundle cannot be read, or a word of the command is wrong.
3: nothing differs, but a key of the log was given and does not reach everything that the numbers rest on.

Formats: signed notes, checkpoints and cosignatures as C2SP specifies them (c2sp.org/signed-note, tlog-checkpoint,
tlog-cosignature); hashing of trees after RFC 6962, section 2.1; intervals after Wilson (1927), JASA 22:209-212.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import sys
import unicodedata
import zipfile
import zlib
from collections import Counter, namedtuple
from copy import deepcopy
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, getcontext
from fractions import Fraction
from hashlib import sha256
from itertools import combinations
from math import erfc, sqrt

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print(
        "Thiếu gói cryptography của Python. Cài bằng: apt install python3-cryptography, hoặc pip install cryptography / "
        "Python's package cryptography is missing.",
        file=sys.stderr,
    )
    raise SystemExit(2) from None

FORM = 1
LEAST = 5
"""What somebody chose is told of so many ratings together, or of none."""
JOURNALS_LEAST = 2
"""A pool comes from so many kiosks' journals."""
MEMBER_BYTES_MAX = 1 << 30
COUNTED, SUSPECT = "counted", "suspect"
LEVELS = (1, 2, 3, 4, 5)
WAITS = ("open", "few", "straddles", "tail", "pooled", "fault")

getcontext().prec = 50
Z = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution."""


class Unreadable(Exception):
    """The bundle, or a word of the command, is not what it should be: nothing was checked.

    ``code`` names a sentence of ``READS``.
    """

    def __init__(self, code, **values):
        super().__init__(code)
        self.code, self.values = code, values

    def __str__(self):
        return self.said(0)

    def said(self, language):
        """Why, in words."""
        return READS[self.code][language].format(**self.values)


# What is said, in both languages. {where} is the number or thing, {printed} what stands there.

SAYS = {
    # What differs.
    "number": (
        "{where}: printed {printed}, recomputed {recomputed}",
        "{where}: báo cáo ghi {printed}, tính lại được {recomputed}",
    ),
    "report_hash": (
        "the report's numbers do not have the hash that the bundle names (SHA-256 {recomputed} instead of {printed})",
        "số liệu của báo cáo có mã băm SHA-256 là {recomputed}, mà gói ghi {printed}",
    ),
    "wrong_month": (
        "the report is of {recomputed}, the bundle says {printed}",
        "báo cáo là của {recomputed}, mà gói ghi {printed}",
    ),
    "checkpoint_form": (
        "the log's checkpoint is not one: {why}",
        "điểm kiểm của sổ công khai không đúng dạng: {why}",
    ),
    "checkpoint_key": (
        "the log's checkpoint is not signed by the key that you gave ({key})",
        "điểm kiểm của sổ công khai không được ký bằng khóa mà Ông/Bà đưa vào ({key})",
    ),
    "checkpoint_missing": (
        "you gave a key of the log, and the bundle has no checkpoint",
        "Ông/Bà đưa vào khóa của sổ công khai, nhưng gói không có điểm kiểm",
    ),
    "witness_missing": (
        "witness {key} did not cosign this checkpoint",
        "nhân chứng {key} không cùng ký điểm kiểm này",
    ),
    "checkpoint_older": (
        "the checkpoint (size {recomputed}) is older than the one that you gave (size {printed})",
        "điểm kiểm này có {recomputed} mục, cũ hơn điểm kiểm Ông/Bà đang giữ ({printed} mục)",
    ),
    "checkpoint_parted": (
        "the checkpoint tells another story than the one that you gave (size {printed})",
        "điểm kiểm này không nối tiếp điểm kiểm Ông/Bà đang giữ ({printed} mục): có hai sổ khác nhau mang cùng một tên",
    ),
    "leaf_beyond": (
        "{where}: entry {printed} of the log lies beyond the checkpoint (size {recomputed})",
        "{where}: mục số {printed} nằm ngoài điểm kiểm, điểm kiểm chỉ có {recomputed} mục",
    ),
    "leaf_proof": (
        "{where}: the proof does not lead to the checkpoint",
        "{where}: bằng chứng không dẫn tới điểm kiểm, nên mục này không có trong sổ",
    ),
    "leaf_missing": (
        "{where}: not in the public log",
        "{where}: không có trong sổ công khai",
    ),
    "cuts_signature": (
        "journal {journal}: its kiosk's key did not sign these cuts",
        "chuỗi ghi {journal}: khóa của máy không ký các lần cắt khối này",
    ),
    "cuts_root": (
        "journal {journal}: the cuts are not those that its kiosk signed",
        "chuỗi ghi {journal}: các lần cắt khối không phải là những gì máy đã ký",
    ),
    "cuts_size": (
        "journal {journal}: the log knows {printed} cuts, the bundle shows {recomputed}",
        "chuỗi ghi {journal}: sổ công khai biết {printed} lần cắt, gói đưa ra {recomputed}",
    ),
    "cuts_gap": (
        "journal {journal}: cuts {printed} are left out, and are of this month as far as the bundle tells",
        "chuỗi ghi {journal}: thiếu các lần cắt {printed}, mà theo gói thì thuộc tháng này",
    ),
    "cut_unused": (
        "journal {journal}, cut {cut}: its kiosk made this block of the month, and the report does not have it",
        "chuỗi ghi {journal}, lần cắt {cut}: máy đã cắt khối này trong tháng, nhưng báo cáo không có",
    ),
    "cut_hidden": (
        "journal {journal}, cut {cut}: it is shown by its hash alone, and no reason is named that is known here",
        "chuỗi ghi {journal}, lần cắt {cut}: chỉ có mã băm mà không nêu lý do nào được biết ở đây",
    ),
    "report_early": (
        "the report says that it was made on {printed}, and its month ends on {recomputed}",
        "báo cáo ghi được lập ngày {printed}, mà tháng của báo cáo hết ngày {recomputed}",
    ),
    "report_unlogged": (
        "the report was made on {printed}, and is not in the log, which has come to {recomputed}",
        "báo cáo được lập ngày {printed} mà không có trong sổ, trong khi sổ đã đến ngày {recomputed}",
    ),
    "wrong_unit": (
        "the bundle names unit {printed}, the report is of {recomputed}",
        "gói ghi đơn vị {printed}, báo cáo là của {recomputed}",
    ),
    "printed_unknown": (
        "{where} is printed, and is nothing that is known here",
        "{where}: có trong bản in mà không được biết ở đây, nên chưa ai kiểm tra",
    ),
    "printed_missing": (
        "{where} is in every report, and is not printed",
        "{where}: báo cáo nào cũng có mà bản in này không có",
    ),
    "block_where": (
        "journal {journal}, block {last}: the bundle puts it at {printed}, its ratings lie at {recomputed}",
        "chuỗi ghi {journal}, khối số {last}: gói xếp vào {printed}, các lượt nằm ở {recomputed}",
    ),
    "block_when": (
        "journal {journal}, block {last}: the bundle lets it last {printed}, its ratings are of {recomputed}",
        "chuỗi ghi {journal}, khối số {last}: gói ghi kéo dài {printed}, các lượt là của {recomputed}",
    ),
    "block_beyond": (
        "journal {journal}, block {last}: it is said to lie in no single unit of this report, and no hidden cut fits it",
        "chuỗi ghi {journal}, khối số {last}: gói ghi là không thuộc riêng đơn vị nào của báo cáo, mà không có lần cắt bị ẩn nào ứng với khối này",
    ),
    "block_pooled": (
        "journal {journal}, block {last}: it is put into a pool and is no tail",
        "chuỗi ghi {journal}, khối số {last}: được xếp vào phần gộp mà không phải phần lẻ",
    ),
    "block_faulty": (
        "journal {journal}, block {last}: the collector says that it does not believe it, and shows it ({printed})",
        "chuỗi ghi {journal}, khối số {last}: máy chủ ghi là không tin, mà vẫn đưa ra ({printed})",
    ),
    "block_hidden": (
        "journal {journal}, block {last}: it has {n} ratings, nothing is the matter with it, and it is not shown",
        "chuỗi ghi {journal}, khối số {last}: có {n} lượt, không có lỗi gì, mà không được hiện",
    ),
    "journal_twice": (
        "journal {journal} is in the bundle twice",
        "chuỗi ghi {journal} có trong gói hai lần",
    ),
    "cut_twice": (
        "journal {journal}, cut {cut}: it is counted twice",
        "chuỗi ghi {journal}, lần cắt {cut}: được tính hai lần",
    ),
    "block_twice": (
        "journal {journal}, block {last}: it is counted twice",
        "chuỗi ghi {journal}, khối số {last}: được tính hai lần",
    ),
    "block_unproven": (
        "journal {journal}, block {last}: it is said to be its kiosk's, and is among no signed cuts",
        "chuỗi ghi {journal}, khối số {last}: được ghi là của máy, nhưng không có trong các lần cắt đã ký",
    ),
    "block_else": (
        "journal {journal}, block {last}: its kiosk signed otherwise ({what}: {recomputed}, not {printed})",
        "chuỗi ghi {journal}, khối số {last}: máy đã ký khác ({what}: {recomputed}, không phải {printed})",
    ),
    "block_place": (
        "journal {journal}, block {last}: its kiosk names counter {recomputed}, the bundle puts it at {printed}",
        "chuỗi ghi {journal}, khối số {last}: máy ghi quầy {recomputed}, gói xếp vào {printed}",
    ),
    "block_few": (
        "journal {journal}, block {last}: it is shown and has fewer than five counted ratings",
        "chuỗi ghi {journal}, khối số {last}: được hiện mà có ít hơn năm lượt được tính",
    ),
    "block_sums": (
        "journal {journal}, block {last}: its levels ({recomputed}) are not as many as its ratings ({printed})",
        "chuỗi ghi {journal}, khối số {last}: tổng các mức ({recomputed}) không bằng số lượt ({printed})",
    ),
    "pool_few": (
        "pool {pool}: fewer than five ratings, or of one kiosk alone",
        "phần gộp {pool}: ít hơn năm lượt, hoặc chỉ của một máy",
    ),
    "pool_sums": (
        "pool {pool}: its levels come to {printed}, its tails have {recomputed}",
        "phần gộp {pool}: tổng các mức là {printed}, các phần lẻ có {recomputed}",
    ),
    "union_few": (
        "set-aside levels of journal {journal} up to block {last}: fewer than five",
        "mức của lượt để riêng của chuỗi ghi {journal} đến khối số {last}: ít hơn năm lượt",
    ),
    "union_sums": (
        "set-aside levels of journal {journal} up to block {last}: {printed}, its blocks set {recomputed} aside",
        "mức của lượt để riêng của chuỗi ghi {journal} đến khối số {last}: {printed}, các khối để riêng {recomputed}",
    ),
    "line_chain": (
        "journal {journal}: lines {printed} do not lead from hash to hash",
        "chuỗi ghi {journal}: các dòng {printed} không nối tiếp mã băm",
    ),
    "line_signature": (
        "journal {journal}: its kiosk's key did not sign lines {printed}",
        "chuỗi ghi {journal}: khóa của máy không ký các dòng {printed}",
    ),
    "line_recount": (
        "journal {journal}, {what}: the bundle has {printed}, its lines come to {recomputed}",
        "chuỗi ghi {journal}, {what}: gói có {printed}, các dòng cho ra {recomputed}",
    ),
    "beside_month": (
        "the bundle of {where} that was laid beside is of another month ({printed})",
        "gói của {where} được đưa thêm là của tháng khác ({printed})",
    ),
    "beside_differs": (
        "the bundle of {where} that was laid beside proves nothing, for something differs in it (things: {n}); check it by itself",
        "gói của {where} được đưa thêm có {n} chỗ không khớp nên không chứng minh được gì; Ông/Bà hãy kiểm tra riêng gói đó",
    ),
    # What rests on the collector's word.
    "word_beside": (
        "{n} signed cuts are of another unit and stand in its report, by the bundle that was laid beside",
        "{n} lần cắt đã ký là của đơn vị khác và có trong báo cáo của đơn vị đó, theo gói được đưa thêm",
    ),
    "word_hash": (
        "{n} numbers of the file report.json are not recomputed: how often each question was answered in the whole office. "
        "They stand on no paper, and the report's hash alone holds them",
        "{n} số trong tệp số liệu không được tính lại: mỗi câu hỏi có bao nhiêu lượt trong toàn cơ quan. Những số này không có "
        "trên bản giấy và chỉ được giữ bằng mã băm của báo cáo",
    ),
    "word_changed": (
        "{n} figures that corrections tell before and after: they are those of the reports that went before, which their own "
        "bundles prove",
        "{n} số trước và sau mà các đính chính nêu: đó là số của các báo cáo trước, được chứng minh bằng gói của báo cáo đó",
    ),
    "word_log": (
        "no public log: that the report and the kiosks' keys are the ones of then rests on the collector's word",
        "gói không có sổ công khai: báo cáo và khóa của các máy đúng là của lúc đó chỉ theo lời máy chủ",
    ),
    "word_log_key": (
        "you gave no key of the log (--log-vkey): whose log it is rests on the bundle's word",
        "Ông/Bà chưa đưa vào khóa của sổ công khai (--log-vkey): sổ này của ai chỉ theo lời của gói",
    ),
    "word_witness": (
        "no witness was asked for (--witness): one story is not proven, another checkpoint may have been told to others",
        "Ông/Bà chưa đưa vào khóa của nhân chứng (--witness): chưa chứng minh được mọi người đều được cho xem cùng một sổ, người khác có thể được đưa cho một điểm kiểm khác",
    ),
    "word_cosigned": (
        "no witness has signed this checkpoint yet: that everybody is shown the same log is not proven",
        "điểm kiểm này chưa có nhân chứng nào ký: chưa chứng minh được mọi người đều được cho xem cùng một sổ",
    ),
    "word_report": (
        "the report is not in the log yet: its hash rests on the collector's word",
        "báo cáo chưa có trong sổ công khai: mã băm của báo cáo chỉ theo lời máy chủ",
    ),
    "word_unit": (
        "the log's entry of the report is of a form that did not name the unit: that it is this unit's rests on the "
        "collector's word",
        "mục của báo cáo trong sổ thuộc dạng cũ chưa ghi tên đơn vị: mục đó là của đơn vị này chỉ theo lời máy chủ",
    ),
    "word_key": (
        "{n} journals: their kiosk's key is not in the log; whose key it is rests on the collector's word",
        "{n} chuỗi ghi: khóa của máy chưa có trong sổ công khai; khóa đó của ai chỉ theo lời máy chủ",
    ),
    "word_journal": (
        "{n} journals: the log does not say how many cuts they had; that none is missing at the end rests on the collector's word",
        "{n} chuỗi ghi: sổ công khai không nói có bao nhiêu lần cắt; việc không thiếu lần cắt nào ở cuối chỉ theo lời máy chủ",
    ),
    "word_early": (
        "{n} journals: their entry in the log is older than the report (the oldest of {day}); that no cut came after it "
        "rests on the collector's word, and shows in the log's later entries to whoever knows the journal",
        "{n} chuỗi ghi: mục trong sổ cũ hơn báo cáo (cũ nhất ngày {day}); việc sau đó không có lần cắt nào chỉ theo lời "
        "máy chủ, người biết chuỗi ghi có thể tìm trong các mục sau của sổ",
    ),
    "word_short": (
        "{n} ratings of journals whose entry in the log is older than the end of the month (the oldest of {day}): that no "
        "cut of the month came after it rests on the collector's word",
        "{n} lượt của các chuỗi ghi có mục trong sổ cũ hơn ngày cuối tháng (cũ nhất ngày {day}): việc sau đó trong tháng "
        "không có lần cắt nào chỉ theo lời máy chủ",
    ),
    "word_minimum": (
        "{n} ratings of {of} blocks are held back by the settings, which show from {least} ratings on",
        "{n} lượt trong {of} khối chưa hiện theo cài đặt, chỉ hiện từ {least} lượt trở lên",
    ),
    "word_going": (
        "{n} ratings of {of} blocks that were not over when the report was made",
        "{n} lượt trong {of} khối chưa hết khi báo cáo được lập",
    ),
    "word_beyond": (
        "{n} ratings of {of} blocks that are said to lie in several units, not all of them of this report: that they do "
        "rests on the collector's word",
        "{n} lượt trong {of} khối được ghi là nằm ở nhiều đơn vị, không phải tất cả thuộc báo cáo này: điều đó chỉ theo lời "
        "máy chủ",
    ),
    "word_month": (
        "{n} ratings of {of} blocks stand in another month than their kiosk's clock said: the corrected time rests on the "
        "collector's word",
        "{n} lượt trong {of} khối nằm ở tháng khác với đồng hồ của máy: giờ đã chỉnh chỉ theo lời máy chủ",
    ),
    "word_satisfied": (
        "{where}: satisfied means {levels} of {of} ({n} ratings), and shares are told from {least} ratings on. Kiosks signed the levels of the scale; which of them count as satisfied, and the rule, rests on the collector's word; compare with the kiosk's screen",
        "{where}: {levels} trong {of} được tính là hài lòng ({n} lượt), và tỷ lệ được nêu từ {least} lượt trở lên. Các mức của thang do máy ký; mức nào là hài lòng chỉ theo lời máy chủ, Ông/Bà hãy đối chiếu với màn hình máy đánh giá",
    ),
    "word_uncut": (
        "{n} ratings of blocks that no kiosk signed (an older kiosk's, cut by the collector): levels and reasons rest "
        "on the collector's word",
        "{n} lượt trong các khối mà không máy nào ký (máy đời cũ, do máy chủ cắt): mức và lý do chỉ theo lời máy chủ",
    ),
    "word_pools": (
        "{n} ratings of {of} pools: their number is that of their tails, their levels and reasons rest on the collector's word, for "
        "their parts are fewer than five and may not leave the building",
        "{n} lượt trong {of} phần gộp: số lượt bằng các phần lẻ của chúng, mức và lý do chỉ theo lời máy chủ, vì từng phần ít "
        "hơn năm lượt và không được đưa ra ngoài",
    ),
    "word_unions": (
        "{where}: {n} of {of} set-aside ratings are counted in the result with what was set aside; their levels rest on the "
        "collector's word, for their parts are fewer than five and may not leave the building; of the other {others} the "
        "number alone is told",
        "{where}: {n} trong {of} lượt để riêng đã được tính vào kết quả gồm cả lượt để riêng; mức của chúng chỉ theo lời máy "
        "chủ, vì từng phần ít hơn năm lượt và không được đưa ra ngoài; {others} lượt còn lại chỉ có số lượt",
    ),
    "word_unions_decided": (
        "{where}: {n} of {of} set-aside ratings are counted in the result with what was set aside, and their levels rest on "
        "the collector's word, for their parts are fewer than five and may not leave the building; so are {decided} of "
        "blocks that a person set aside, whose levels were signed; of the other {others} the number alone is told",
        "{where}: {n} trong {of} lượt để riêng đã được tính vào kết quả gồm cả lượt để riêng, mức của chúng chỉ theo lời máy "
        "chủ, vì từng phần ít hơn năm lượt và không được đưa ra ngoài; {decided} lượt trong các khối được để riêng theo "
        "quyết định cũng vậy, nhưng mức do máy ký; {others} lượt còn lại chỉ có số lượt",
    ),
    "word_suspect": (
        "{n} ratings of {of} blocks were set aside by a person's decision: that it was made rests on the collector's "
        "word, and who made it stands in its audit log",
        "{n} lượt trong {of} khối được để riêng theo quyết định của một người: việc quyết định chỉ theo lời máy chủ, "
        "ai quyết định ghi ở nhật ký kiểm toán",
    ),
    "word_otherwise": (
        "{n} ratings of {of} blocks of which the collector counts others than their kiosk (some were counted in another "
        "journal before, for example): which ones rests on its word",
        "{n} lượt trong {of} khối mà máy chủ tính khác máy đánh giá (ví dụ có lượt đã được tính ở chuỗi ghi khác): những lượt "
        "nào chỉ theo lời máy chủ",
    ),
    "word_time": (
        "{n} ratings of {of} blocks stand on another half day than their kiosk's clock said: the corrected time rests "
        "on the collector's word",
        "{n} lượt trong {of} khối nằm ở buổi khác với đồng hồ của máy: giờ đã chỉnh chỉ theo lời máy chủ",
    ),
    "word_place": (
        "which kiosk stood at which counter and unit, and that these are all kiosks of the unit: {n} journals of {of} kiosks; compare with your own list",
        "có {n} chuỗi ghi của {of} máy: máy nào đặt ở quầy và đơn vị nào, và đây có phải là tất cả máy của đơn vị hay không, chỉ theo lời máy chủ; Ông/Bà hãy đối chiếu với danh sách của mình",
    ),
    "word_withheld": (
        "{n} signed cuts are in no number: {why}",
        "{n} lần cắt đã ký không có trong số nào: {why}",
    ),
    "word_waits": (
        "{n} ratings are recorded and not shown here, {of} of them in no block: how many these {of} are and why rests on the collector's word",
        "{n} lượt đã ghi mà chưa hiện ở đây, trong đó {of} lượt chưa vào khối nào: số lượt và lý do của {of} lượt đó chỉ theo lời máy chủ",
    ),
    "word_served": (
        "participation rate: {n} transactions were typed in by people, and the visits rated on those days are the collector's count",
        "tỷ lệ tham gia đánh giá: {n} giao dịch do con người nhập, và số lượt đánh giá của những ngày đó do máy chủ đếm",
    ),
    "word_before": (
        "numbers of earlier months that the report compares with ({n}): prove them with those months' bundles",
        "báo cáo so sánh với {n} số của các tháng trước: hãy chứng minh bằng gói của các tháng đó",
    ),
    "word_basis": (
        "the report was kept by an older version: what it rests on was read now, and changes since then show as differences",
        "báo cáo do một phiên bản cũ lưu: căn cứ của báo cáo được đọc lúc này, nên những thay đổi từ đó đến nay hiện thành chỗ không khớp",
    ),
    "word_edge": (
        "journal {journal}: before or behind the month stand cuts that are shown by their hash alone; that none of them "
        "is of this month rests on the collector's word",
        "chuỗi ghi {journal}: trước hoặc sau tháng này là các lần cắt chỉ đưa ra mã băm; việc không có lần nào thuộc "
        "tháng này chỉ theo lời máy chủ",
    ),
    "word_known": (
        "your checkpoint (size {n}) is older than this one, and the bundle does not prove that they go together: have it made with --since FILE",
        "điểm kiểm Ông/Bà đang giữ ({n} mục) cũ hơn điểm kiểm này, và gói không chứng minh hai điểm kiểm nối nhau: hãy đề nghị lập gói với --since TỆP",
    ),
    "word_lines": (
        "{n} lines of {of} journals were recounted; those of other months are not in the bundle",
        "đã đếm lại {n} dòng của {of} chuỗi ghi; dòng của các tháng khác không có trong gói",
    ),
}
WHYS = {
    "unit": (
        "at a counter of another unit. A kiosk was moved between the two within the month, and here nobody is shown another "
        "unit's numbers, so that these are of the other unit rests on the collector's word",
        "ở quầy của đơn vị khác. Trong tháng có máy được chuyển giữa hai đơn vị, mà ở đây không ai được xem số liệu của đơn vị "
        "khác, nên việc những lần cắt này là của đơn vị kia chỉ theo lời máy chủ",
    ),
    "fault": ("the collector does not believe them", "máy chủ không tin"),
    "carried": ("carried over from another journal, where they are counted", "chuyển từ chuỗi ghi khác, đã tính ở đó"),
    "time": ("of another month by the corrected time", "thuộc tháng khác theo giờ đã chỉnh"),
    "later": (
        "they came after this report was made, or are of another month by the corrected time; the newest correction's "
        "bundle shows which",
        "đến sau khi báo cáo này được lập, hoặc thuộc tháng khác theo giờ đã chỉnh; gói của đính chính mới nhất cho thấy rõ",
    ),
    "otherwise": (
        "the collector counts others of their ratings than their kiosk, and none of them here",
        "máy chủ tính khác máy đánh giá, và không tính ở đây",
    ),
}
UNPROVEN = (
    *("word_report", "word_key", "word_journal", "word_short", "word_uncut", "word_otherwise", "word_beyond"),
    *("word_month", "word_withheld", "word_edge", "word_unit"),
)
"""With any of these the log's key does not prove the month: nothing may differ, and numbers be invented or left out."""
WORDS = {
    "title": ("CHECK OF A CLOSED MONTH'S REPORT", "KIỂM TRA BÁO CÁO CỦA MỘT THÁNG ĐÃ CHỐT"),
    "about": ("Report:      {number} of {unit}, month {month}", "Báo cáo:      {number} của {unit}, tháng {month}"),
    "first": ("first report", "báo cáo lần đầu"),
    "corrected": ("correction {n}", "đính chính số {n}"),
    "made": ("Made on:     {day}", "Lập ngày:     {day}"),
    "hash": (
        "SHA-256:     {hash} (of its numbers, as printed on the paper)",
        "Mã băm:       {hash} (SHA-256 của số liệu, như in trên giấy)",
    ),
    "hash_other": (
        "SHA-256:     {hash} (of the file in this bundle, not proven to be the paper's)",
        "Mã băm:       {hash} (SHA-256 của tệp trong gói này, chưa chắc là mã in trên giấy)",
    ),
    "other_logged": (
        "The file of numbers (report.json) is not the one that was logged: its hash is another. What is named below may "
        "only follow from that.",
        "Tệp số liệu (report.json) không phải tệp đã vào sổ: mã băm khác. Các chỗ dưới đây có thể chỉ là hệ quả.",
    ),
    "other_named": (
        "The file of numbers (report.json) is not the one that the bundle names: its hash is another. What is named below "
        "may only follow from that.",
        "Tệp số liệu (report.json) không phải tệp mà gói nêu: mã băm khác. Các chỗ dưới đây có thể chỉ là hệ quả.",
    ),
    "other_proof": (
        "The file of numbers (report.json) is not proven to be the one that was logged: the proof does not lead to the "
        "checkpoint. What is named below may only follow from that.",
        "Chưa chứng minh được tệp số liệu (report.json) là tệp đã vào sổ: bằng chứng không dẫn tới điểm kiểm. Các chỗ dưới "
        "đây có thể chỉ là hệ quả.",
    ),
    "checkpoint": (
        "Public log:  {origin}\nCheckpoint:  {size} entries, root {root}",
        "Sổ công khai: {origin}\nĐiểm kiểm:    {size} mục, mã gốc {root}",
    ),
    "cosigned": ("Witness:     {key}, signed at {time}", "Nhân chứng:   {key}, ký lúc {time}"),
    "yes": (
        "RESULT: YES: nothing differs. {n} numbers were recomputed.",
        "KẾT QUẢ: KHỚP. Không có chỗ nào khác. Đã tính lại {n} số.",
    ),
    "alone": (
        "RESULT: WITHIN THE BUNDLE nothing differs; {n} numbers were recomputed. Without a key of the public log this does "
        "not prove that report and kiosks' keys are those of then: whoever owns the collector could have made all of it "
        "up.",
        "KẾT QUẢ: KHỚP TRONG GÓI. Trong gói không có chỗ nào khác; đã tính lại {n} số. Nhưng Ông/Bà chưa đưa vào khóa của sổ "
        "công khai, nên chưa chứng minh được báo cáo và khóa của các máy đúng là của lúc đó: người làm chủ máy chủ có thể đã "
        "tự đặt ra tất cả.",
    ),
    "unproven": (
        "RESULT: NOT PROVEN: nothing differs ({numbers} numbers were recomputed), but {why}.",
        "KẾT QUẢ: CHƯA CHỨNG MINH ĐƯỢC. Không có chỗ nào khác (đã tính lại {numbers} số), nhưng {why}.",
    ),
    "unproven_report": (
        "the report is not in the public log yet. Take a new bundle when its day is over, and check again",
        "báo cáo chưa vào sổ công khai. Ông/Bà lấy gói mới sau khi hết ngày rồi kiểm tra lại",
    ),
    "unproven_ratings": ("{n} of {of} ratings are not proven", "{n} trong {of} lượt chưa được chứng minh"),
    "unproven_cuts": (
        "{cuts} signed cuts are in no number on the collector's word",
        "{cuts} lần cắt đã ký không có trong số nào, chỉ theo lời máy chủ",
    ),
    "unproven_else": ("what is named below is not proven", "những điều nêu ở dưới chưa được chứng minh"),
    "and": (", and ", ", và "),
    "no_one": (
        "RESULT: NO: {of} thing differs; {n} numbers were recomputed.",
        "KẾT QUẢ: KHÔNG KHỚP. Có {of} chỗ khác. Đã tính lại {n} số.",
    ),
    "no": (
        "RESULT: NO: {of} things differ; {n} numbers were recomputed.",
        "KẾT QUẢ: KHÔNG KHỚP. Có {of} chỗ khác. Đã tính lại {n} số.",
    ),
    "checked": ("What was checked:", "Đã kiểm tra những gì:"),
    "check_log": ("the public log and its checkpoint", "sổ công khai và điểm kiểm của sổ"),
    "check_report": (
        "the report: unit, month, hash, its entry in the log",
        "báo cáo: đơn vị, tháng, mã băm, mục trong sổ",
    ),
    "check_signed": (
        "what {n} kiosks signed: keys, journals, {cuts} cuts (with those before and after the month, which show that none "
        "is missing)",
        "những gì {n} máy đã ký: khóa, chuỗi ghi, {cuts} lần cắt khối (kể cả những lần ngay trước và sau tháng, để thấy không "
        "thiếu lần nào)",
    ),
    "check_blocks": (
        "blocks and pools: {n} ratings in {of} blocks and {tails} in tails (number alone) are as kiosks signed",
        "các khối và phần gộp: {n} lượt trong {of} khối và {tails} lượt trong phần lẻ (chỉ số lượt) đúng như máy đã ký",
    ),
    "check_lines": ("every single rating, recounted from the lines", "từng lượt đánh giá, đếm lại từ các dòng"),
    "check_numbers": ("{n} numbers, of the report and as printed", "{n} số, trong báo cáo và trong bản in"),
    "is_held": ("holds", "khớp"),
    "is_open": ("not proven", "chưa chứng minh được"),
    "is_alone": ("not against the log", "chưa đối chiếu với sổ"),
    "is_wrong": ("DIFFERS: {n}", "KHÔNG KHỚP: {n} chỗ"),
    "figures": (
        "The report's figures, to be held beside the paper:",
        "Số liệu của báo cáo, để Ông/Bà đối chiếu với bản giấy:",
    ),
    "figure": (
        "n = {n}; satisfied (levels {satisfied}): {share}; 95% interval: {interval}",
        "n = {n} lượt; hài lòng (mức {satisfied}): {share}; khoảng tin cậy 95%: {interval}",
    ),
    "figure_recorded": (
        "recorded {recorded} = counted {counted} + set aside {aside} + waiting {waiting}",
        "đã ghi nhận {recorded} = được tính {counted} + để riêng {aside} + đang chờ {waiting}",
    ),
    "of_level": ("level {level} ({name}): {n}", "mức {level} ({name}): {n} lượt"),
    "differs": ("What differs:", "Những chỗ không khớp:"),
    "open": ("Why it is not proven:", "Vì sao chưa chứng minh được:"),
    "rests": ("What rests on the collector's word:", "Những gì chỉ theo lời máy chủ:"),
    "do": ("What to do:", "Ông/Bà nên làm gì:"),
    "more": ("… and {n} more (--all names all)", "… và {n} chỗ nữa (thêm --all để xem hết)"),
    "all": ("the whole office", "toàn cơ quan"),
    "nothing": ("nothing", "không có"),
    "true": ("yes", "có"),
    "false": ("no", "không"),
    "unreadable": ("cannot be read: {why}", "không đọc được: {why}"),
}
CHECKS = {
    "log": {
        *("checkpoint_form", "checkpoint_key", "checkpoint_missing", "witness_missing", "checkpoint_older"),
        *("checkpoint_parted", "leaf_beyond", "leaf_proof"),
    },
    "report": {
        *("report_hash", "wrong_month", "wrong_unit", "report_early", "report_unlogged", "leaf_missing", "word_report"),
        *("beside_month", "beside_differs"),
    },
    "signed": {
        *("cuts_signature", "cuts_root", "cuts_size", "cuts_gap", "cut_unused", "cut_hidden", "cut_twice"),
        *("journal_twice", "word_key", "word_journal", "word_short", "word_edge", "word_withheld"),
    },
    "lines": {"line_chain", "line_signature", "line_recount"},
    "numbers": {"number", "printed_unknown"},
}
"""Which findings belong to what was checked; all others belong to the blocks."""
ADVICE = (
    (
        None,
        (
            "Keep this bundle, the paper and this output unchanged. Have whoever runs the collector explain each thing that "
            "differs, and check the same month with a bundle made anew.",
            "Giữ nguyên tệp gói, bản giấy và kết quả này. Đề nghị đơn vị vận hành máy chủ giải trình từng chỗ không khớp, "
            "rồi kiểm tra lại cùng tháng đó bằng một gói mới lập.",
        ),
    ),
    (
        {"word_log", "word_log_key"},
        (
            "Run this again with the key of the public log that you wrote down elsewhere: --log-vkey KEY.",
            "Chạy lại với khóa của sổ công khai mà Ông/Bà đã ghi lại từ trước: --log-vkey KHÓA.",
        ),
    ),
    (
        {"word_witness"},
        (
            "Ask the office that runs the witness for its key, and run this again with --witness KEY.",
            "Hỏi cơ quan giữ nhân chứng để lấy khóa của nhân chứng, rồi chạy lại với --witness KHÓA.",
        ),
    ),
    (
        {"word_cosigned"},
        (
            "Ask whoever runs the collector to have another office keep a witness.",
            "Đề nghị đơn vị nhờ một cơ quan khác giữ nhân chứng.",
        ),
    ),
    (
        {"word_report", "word_key", "word_journal", "word_short"},
        (
            "The log grows every night: take a new bundle in a day or two and check it again.",
            "Sổ công khai được ghi thêm mỗi đêm: một hai ngày nữa lấy gói mới và kiểm tra lại.",
        ),
    ),
    (
        {"word_withheld", "word_beyond"},
        (
            "Check the bundle of the unit above, which holds all the counters of these kiosks, or lay the other unit's bundle "
            "of the same month beside this one: --beside FILE.",
            "Kiểm tra gói của đơn vị cấp trên, nơi có đủ các quầy của những máy này; hoặc đưa thêm gói cùng tháng của đơn vị "
            "kia: --beside TỆP.",
        ),
    ),
    (
        {"word_place"},
        (
            "Hold the list of kiosks and counters of the unit against your own.",
            "Đối chiếu danh sách máy và quầy của đơn vị với danh sách của mình.",
        ),
    ),
    (
        {"word_satisfied"},
        (
            "Look at a kiosk's screen: the faces called satisfied there are the levels named above.",
            "Xem màn hình máy đánh giá: các khuôn mặt được gọi là hài lòng ở đó phải đúng là các mức nêu trên.",
        ),
    ),
    (
        {"word_before", "word_changed"},
        (
            "Check the earlier months and reports that this one compares with, each with its own bundle.",
            "Kiểm tra các tháng trước và các báo cáo trước mà báo cáo này so sánh, mỗi tháng bằng gói của tháng đó.",
        ),
    ),
    (
        {"word_served"},
        (
            "Hold the number of transactions against the one-stop system's own.",
            "Đối chiếu số giao dịch với hệ thống một cửa điện tử.",
        ),
    ),
    (
        {"word_known"},
        (
            "Have the bundle made again with --since and the checkpoint that you keep.",
            "Đề nghị lập lại gói với --since và điểm kiểm mà Ông/Bà đang giữ.",
        ),
    ),
)
"""What an auditor does next, by what was found; the first of them where anything differs."""
READS = {
    "base64": ("not base64: {text}", "không phải mã base64: {text}"),
    "length": ("not {n} bytes: {text}", "không đủ {n} byte: {text}"),
    "key": (
        "this is no key, which looks like name+number+letters: {text}",
        "đây không phải khóa, khóa có dạng tên+số+chuỗi ký tự: {text}",
    ),
    "key_number": (
        "the key's number does not fit it; copy all of the key: {text}",
        "số của khóa không khớp với khóa, Ông/Bà hãy chép lại nguyên cả khóa: {text}",
    ),
    "note": ("it is not a signed note of three lines", "không phải văn bản ký gồm ba dòng"),
    "note_line": ("a signature line is not one", "có dòng chữ ký không đúng dạng"),
    "large": ("a file in the bundle is too large", "trong gói có tệp quá lớn"),
    "twice": ("a file is in the bundle twice", "trong gói có một tệp hai lần"),
    "file": (
        "{file}: there is no such file, or it is no zip file ({error})",
        "{file}: không có tệp này, hoặc không phải tệp zip ({error})",
    ),
    "form": (
        "this is no bundle of a form that is known here; take the newest hailong-verify.py",
        "đây không phải gói có dạng được biết ở đây, Ông/Bà hãy lấy tệp hailong-verify.py mới nhất",
    ),
    "missing": ("the bundle lacks {name}", "gói thiếu tệp {name}"),
    "json": ("{name} in the bundle is damaged ({error})", "tệp {name} trong gói bị hỏng ({error})"),
    "cut_levels": (
        "a signed cut's levels are not as many as its ratings",
        "có lần cắt đã ký mà tổng các mức không bằng số lượt",
    ),
    "shape": ("a part of the bundle has another form ({error})", "một phần của gói có dạng khác ({error})"),
    "checkpoint": ("{file} is no checkpoint: {why}", "{file} không phải điểm kiểm: {why}"),
}
"""Why nothing could be checked."""
TERMS = {
    "first_report": ("first report", "báo cáo lần đầu"),
    "correction": ("correction", "đính chính số"),
    "month": ("month", "tháng"),
    "total": ("line of totals", "dòng tổng"),
    "office": ("the whole office", "toàn cơ quan"),
    "days": ("days", "ngày"),
    "key_of": ("key of kiosk", "khóa của máy"),
    "journal": ("journal", "chuỗi ghi"),
    "series": ("question and levels", "câu hỏi và các mức"),
    "tail": ("tail", "phần lẻ"),
    "n": ("number of ratings", "số lượt"),
    "aside": ("set aside", "để riêng"),
    "levels": ("levels", "các mức"),
    "reasons": ("reasons", "lý do"),
    "line": ("line", "dòng"),
    "block_no": ("block", "khối số"),
    "cut_at": ("cut at entry", "lần cắt ở dòng"),
    "pool": ("pool", "phần gộp"),
    "aside_levels": ("levels of what was set aside", "mức của lượt để riêng"),
    "recorded": ("recorded", "đã ghi nhận"),
    "hidden": ("kept back", "chưa hiện"),
    "level": ("level", "mức"),
    "percent": ("shares are told", "có nêu tỷ lệ"),
    "waiting": ("waiting", "đang chờ"),
    "open": ("in no block yet", "chưa vào khối nào"),
    "few": ("too few", "chưa đủ số lượt"),
    "straddles": ("in a block that is not all here", "trong khối không nằm trọn ở đây"),
    "pooled": ("in a pool told elsewhere", "trong phần gộp hiện ở nơi khác"),
    "fault": ("in a cut that is not believed", "trong lần cắt không được tin"),
    "counted": ("counted", "được tính"),
    "repeat": ("repeated", "bấm lặp"),
    "out_of_hours": ("out of hours", "ngoài giờ"),
    "test": ("test", "bấm thử"),
    "suspect": ("suspicious", "nghi vấn"),
    "both": ("with what was set aside", "kể cả lượt để riêng"),
    "both_n": ("number with what was set aside", "số lượt kể cả để riêng"),
    "answered": ("participation rate", "tỷ lệ tham gia đánh giá"),
    "served": ("transactions", "số giao dịch"),
    "week": ("week from", "tuần từ"),
    "weeks": ("weeks", "các tuần"),
    "reason": ("reason", "lý do"),
    "base": ("numerator and denominator", "tử số và mẫu số"),
    "rank": ("rank", "hạng"),
    "reason_month": ("reasons in the month", "lý do trong tháng"),
    "reason_months": ("reasons by month", "lý do theo tháng"),
    "table": ("table", "bảng"),
    "column": ("column", "cột"),
    "rows": ("rows", "số dòng"),
    "place": ("name of the place", "tên nơi"),
    "places": ("places", "các nơi"),
    "figures": ("figures", "số chính"),
    "share": ("share", "tỷ lệ"),
    "low": ("lower end of the interval", "cận dưới khoảng tin cậy"),
    "high": ("upper end of the interval", "cận trên khoảng tin cậy"),
    "satisfied": ("satisfied", "hài lòng"),
    "bad": ("dissatisfied", "không hài lòng"),
    "points": ("difference from before", "chênh lệch so với kỳ trước"),
    "clear": ("clear difference", "khác biệt rõ rệt"),
    "mean": ("mean", "điểm trung bình"),
    "code": ("code", "mã"),
    "left_out": ("places without answers", "số nơi không có lượt"),
    "note": READS["note"],
    "note_line": READS["note_line"],
    "base64": ("not base64", "không phải mã base64"),
    "length": ("of another length", "sai độ dài"),
}
"""What findings name in ``<…>``."""
HELP = (
    """Checks a bundle of a closed month, with nothing but this file; no network is needed, no file is written.

    python3 hailong-verify.py BUNDLE.zip --log-vkey KEY --witness KEY

  BUNDLE.zip         the file that `collector audit-bundle` wrote
  --log-vkey KEY     key of the public log, from elsewhere than the bundle; may be given several times
  --witness KEY      key of a witness that must have signed too; may be given several times
  --checkpoint FILE  a checkpoint that you keep: this one must go on from it
  --beside FILE      another unit's bundle of the same month, for a kiosk that was moved between the two
  --all              name everything that differs, not only the first 40 things
  --json             the same for programs
  --lang vi|en       Vietnamese or English

Exit code 0: nothing differs. 1: something differs. 2: the bundle cannot be read, or a word of the command is wrong.
3: nothing differs, but with the key of the log that you gave not everything is proven.""",
    """Kiểm tra gói bằng chứng của một tháng đã chốt, chỉ cần tệp này; không cần mạng, không ghi tệp nào.

    python3 hailong-verify.py GÓI.zip --log-vkey KHÓA --witness KHÓA

  GÓI.zip            tệp gói bằng chứng do máy chủ lập
  --log-vkey KHÓA    khóa của sổ công khai, lấy từ nơi khác chứ không lấy từ gói; có thể đưa nhiều lần
  --witness KHÓA     khóa của nhân chứng phải cùng ký; có thể đưa nhiều lần
  --checkpoint TỆP   điểm kiểm Ông/Bà đang giữ: điểm kiểm trong gói phải nối tiếp nó
  --beside TỆP       gói cùng tháng của đơn vị khác, khi có máy được chuyển giữa hai đơn vị
  --all              nêu mọi chỗ không khớp, không chỉ 40 chỗ đầu
  --json             cùng nội dung, cho chương trình
  --lang vi|en       tiếng Việt hoặc tiếng Anh

Mã thoát 0: khớp. 1: có chỗ không khớp. 2: không đọc được gói, hoặc lệnh gõ sai. 3: không có chỗ nào khác, nhưng dù Ông/Bà
đã đưa vào khóa của sổ vẫn có điều chưa được chứng minh.""",
)
MISTYPED = (
    (r"unrecognized arguments: (.*)", "{0} is not known here", "không hiểu {0}"),
    (r"the following arguments are required: .*", "name the bundle's file", "thiếu tên tệp gói bằng chứng"),
    (r"argument (\S+): expected one argument", "{0} needs a value behind it", "sau {0} phải có một giá trị"),
    (
        r"argument (\S+): invalid choice: (\S+) .*",
        "{0} cannot be {1}; it is vi or en",
        "{0} không nhận {1}, chỉ nhận vi hoặc en",
    ),
    (r"argument ([^ :]+).*", "{0} is not used like that", "{0} không dùng được như vậy"),
)
"""What Python's parser says of a command, and how people are told."""
MISTYPED_ELSE = ("the command is not understood", "không hiểu lệnh này")
SEE_HELP = (
    "{why}. How it is used: python3 hailong-verify.py --help --lang en",
    "{why}. Cách dùng: python3 hailong-verify.py --help",
)


class Told:
    """What was found."""

    def __init__(self):
        self.numbers = 0
        self.differs, self.rests = [], []
        self.cosigned, self.checkpoint = [], None
        self.proven = Counter()
        self.has_key = False
        self.doubted, self.open, self.every, self.figures = set(), 0, 0, []
        self.beside, self.found_beside = {}, 0
        self.other = None
        self.words = {}

    @property
    def holds(self):
        """False where anything differs; None where a log's key was given and does not reach everything."""
        if self.differs:
            return False
        return None if self.has_key and any(one["code"] in UNPROVEN for one in self.rests) else True

    def differ(self, code, **values):
        """Something is not as it should be."""
        found = dict(values, code=code)
        if found not in self.differs:
            self.differs.append(found)

    def rest(self, code, n=0, **values):
        """Something that nobody but the collector can vouch for."""
        self.rests.append(dict(values, code=code, n=n))

    def number(self, where, printed, recomputed):
        """A number that is recomputed."""
        self.numbers += 1
        if printed != recomputed:
            self.differ("number", where=where, printed=_plain(printed), recomputed=_plain(recomputed))


def _plain(value):
    return value if value is None or isinstance(value, (int, str)) else str(value)


# Trees, notes and keys.


def hash_leaf(content):
    return sha256(b"\x00" + content).digest()


def hash_node(left, right):
    return sha256(b"\x01" + left + right).digest()


def half_of(size):
    """The largest power of two below ``size``."""
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def root_from_proof(leaf, index, size, proof):
    """The root to which an inclusion proof leads; None where it has another length than it must."""
    nodes = list(proof)

    def up(index, size):
        if size == 1:
            return leaf
        half = half_of(size)
        if not nodes:
            raise IndexError
        beside = nodes.pop()
        if index < half:
            return hash_node(up(index, half), beside)
        return hash_node(beside, up(index - half, size - half))

    try:
        root = up(index, size)
    except IndexError:
        return None
    return None if nodes else root


def root_of_parts(size, leaves, covers):
    """The root of a tree of which some leaves are known, and of every other stretch its hash; None if one is missing."""
    if size == 0:
        return sha256(b"").digest()
    # What is told must be all there is, before anything is looked for: a size may be any number.
    if len(leaves) + sum(last - first for first, last in covers) != size:
        return None

    def down(first, last):
        if (first, last) in covers:
            return covers[first, last]
        if last - first == 1:
            return leaves.get(first)
        half = half_of(last - first)
        left = down(first, first + half)
        right = None if left is None else down(first + half, last)
        return None if right is None else hash_node(left, right)

    return down(0, size)


def b64(text, length=None):
    try:
        found = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise Unreadable("base64", text=str(text)[:60]) from None
    if length is not None and len(found) != length:
        raise Unreadable("length", n=length, text=str(text)[:60])
    return found


VKey = namedtuple("VKey", "name number kind key text")


def read_vkey(text):
    """A key as it is handed out: ``name+number+base64``."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise Unreadable("key", text=text[:60])
    raw = b64(parts[2], 33)
    number = sha256(parts[0].encode() + b"\n" + raw).digest()[:4]
    if number.hex() != parts[1]:
        raise Unreadable("key_number", text=text[:60])
    return VKey(parts[0], number, raw[0], raw[1:], text.strip())


def is_signed(key, signature, text):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


class Checkpoint:
    """A log's signed note: origin, size, root, and who signed."""

    def __init__(self, note):
        text, gap, below = note.rpartition("\n\n")
        lines = text.split("\n")
        if not gap or len(lines) < 3 or not re.fullmatch("0|[1-9][0-9]*", lines[1]):
            raise Unreadable("note")
        self.text = (text + "\n").encode()
        self.origin, self.size, self.root = lines[0], int(lines[1]), b64(lines[2], 32)
        self._lines = []
        for line in below.splitlines():
            found = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
            if not found:
                raise Unreadable("note_line")
            raw = b64(found[2])
            self._lines.append((found[1], raw[:4], raw[4:]))

    def has_witness(self):
        """Whether somebody else than the log signed too, whoever that is."""
        return any(name != self.origin for name, _, _ in self._lines)

    def signed_by(self, key):
        """Whether it is signed by the key of a log; of a witness since when it says so (seconds), True at least."""
        for name, number, signature in self._lines:
            if (name, number) != (key.name, key.number):
                continue
            if key.kind == 1 and is_signed(key.key, signature, self.text):
                return True
            if key.kind == 4 and len(signature) == 72:
                at = int.from_bytes(signature[:8], "big")
                if is_signed(key.key, signature[8:], b"cosignature/v1\ntime %d\n" % at + self.text):
                    return at or True
        return False


# The log's leaves (hailong-leaf/1; of reports hailong-leaf/2).


def commit(use, content):
    return sha256(f"hailong-log/1 {use}\n".encode() + content).digest()


def text64(raw):
    return base64.b64encode(raw).decode()


def report_leaf(day, unit, month, number, digest):
    return f"hailong-leaf/2 report {day} {unit or '*'} {month} {number} {text64(digest)}"


def unnamed_report_leaf(day, month, number, digest):
    """The form of before, which does not name the unit."""
    return f"hailong-leaf/1 report {day} {month} {number} {text64(digest)}"


def key_leaf(day, device, public):
    return f"hailong-leaf/1 key {day} {text64(commit('key', f'{device}{chr(10)}{public}'.encode()))}"


def journal_leaf(kind, day, secret, chain, size, root):
    cuts = commit("cuts", secret + f"{day}\n{size}\n".encode() + root)
    state = commit("state", chain + cuts)
    return f"hailong-leaf/1 {kind} {day} {text64(commit('tag', secret + day.encode()))} {text64(state)}"


# The bundle.

Block = namedtuple(
    "Block",
    "journal last cut series question kiosks tail fault shown looked pool place ends pieces levels reasons",
)
Piece = namedtuple("Piece", "place day part standing n")
Pool = namedtuple("Pool", "pool series question place levels reasons aside standings")
Union = namedtuple("Union", "journal series question first last place levels blocks")  # tuples, to be a key
Uncut = namedtuple("Uncut", "place journal series question standing n every")
Served = namedtuple("Served", "place day ratings transactions known days")


class Bundle:
    """What the zip holds, read and of the right shape."""

    def __init__(self, path):
        try:
            with zipfile.ZipFile(path) as packed:
                if any(one.file_size > MEMBER_BYTES_MAX for one in packed.infolist()):
                    raise Unreadable("large")
                names = packed.namelist()
                if len(names) != len(set(names)):
                    raise Unreadable("twice")
                self.files = {name: packed.read(name) for name in names}
        except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError) as error:
            raise Unreadable("file", file=path, error=error) from error
        self.about = self._json("bundle.json")
        if self.about.get("hailong-bundle") != FORM:
            raise Unreadable("form")
        self.report_bytes = self._file("report.json")
        self.report, self.printed = self._json("report.json"), self._json("printed.json")
        self.log, self.journals = self._json("proofs.json"), self._json("journals.json")
        basis = self._json("basis.json")
        self.blocks = [Block(*row)._replace(pieces=[Piece(*one) for one in row[13]]) for row in basis["blocks"]]
        self.pools = [Pool(*row) for row in basis["pools"]]
        self.unions = [Union(*row[:6], tuple(row[6]), tuple(row[7])) for row in basis["unions"]]
        self.uncut = [Uncut(*row) for row in basis["uncut"]]
        self.served = [Served(*row) for row in basis["served"]]
        self.lines = self._json("lines.json") if "lines.json" in self.files else None

    def _file(self, name):
        if name not in self.files:
            raise Unreadable("missing", name=name)
        return self.files[name]

    def _json(self, name):
        try:
            return json.loads(self._file(name))
        except ValueError as error:
            raise Unreadable("json", name=name, error=error) from error


# Proofs.


def check_log(bundle, told, log_keys, witnesses, known):
    """Hold the bundle's checkpoint to the keys that the auditor brought; the checkpoint to which proofs must lead."""
    note, told.has_key = bundle.log.get("checkpoint"), bool(log_keys)
    if note is None:
        if log_keys or witnesses:
            told.differ("checkpoint_missing")
        else:
            told.rest("word_log")
        return None
    try:
        found = Checkpoint(note)
    except Unreadable as error:
        told.differ("checkpoint_form", why=f"<{error.code}>")
        return None
    told.checkpoint = found
    if not log_keys:
        told.rest("word_log_key")
    elif not any(key.name == found.origin and found.signed_by(key) for key in log_keys):
        told.differ("checkpoint_key", key=", ".join(key.text for key in log_keys))
    if not found.has_witness():
        told.rest("word_cosigned")
    elif not witnesses:
        told.rest("word_witness")
    for key in witnesses:
        at = found.signed_by(key) if key.kind == 4 else False
        if at is False:
            told.differ("witness_missing", key=key.text)
        else:
            told.cosigned.append((key.name, None if at is True else at))
    if known is not None:
        _check_known(found, known, bundle.log.get("consistency"), told)
    return found


def _check_known(found, known, consistency, told):
    """The auditor has an earlier checkpoint: this one must go on from it."""
    if found.size < known.size:
        told.differ("checkpoint_older", printed=known.size, recomputed=found.size)
    elif found.size == known.size:
        if (found.origin, found.root) != (known.origin, known.root):
            told.differ("checkpoint_parted", printed=known.size)
    elif not consistency or consistency.get("size") != known.size:
        told.rest("word_known", known.size)
    elif not _goes_on(known, found, [b64(one, 32) for one in consistency["proof"]]):
        told.differ("checkpoint_parted", printed=known.size)


def _goes_on(known, found, proof):
    """Whether a consistency proof (RFC 6962, section 2.1.2) leads from one root to the other."""
    if known.size == 0:
        return not proof
    nodes = list(proof)

    def down(old, size, is_whole):
        """The roots of the old tree and of the new one below a node."""
        if old == size:
            if is_whole:
                return known.root, known.root
            one = nodes.pop(0)
            return one, one
        half = half_of(size)
        if old <= half:
            left = down(old, half, is_whole)
            beside = nodes.pop(0)
            return left[0], hash_node(left[1], beside)
        right = down(old - half, size - half, False)
        beside = nodes.pop(0)
        return hash_node(beside, right[0]), hash_node(beside, right[1])

    try:
        old, new = down(known.size, found.size, True)
    except IndexError:
        return False
    return not nodes and (old, new) == (known.root, found.root)


def check_leaf(checkpoint, entry, leaf, where, told, unnamed=None):
    """Whether a leaf is in the log; ``entry`` has its index and proof, and ``unnamed`` is a report's of before."""
    index, proof = entry["index"], [b64(one, 32) for one in entry["proof"]]
    if not isinstance(index, int) or not 0 <= index < checkpoint.size:
        told.differ("leaf_beyond", where=where, printed=index, recomputed=checkpoint.size)
        return False
    roots = [root_from_proof(hash_leaf(one.encode()), index, checkpoint.size, proof) for one in (leaf, unnamed or leaf)]
    if checkpoint.root not in roots:
        told.differ("leaf_proof", where=where)
    elif roots[0] != checkpoint.root:
        told.rest("word_unit")
    return checkpoint.root in roots


def check_report(bundle, checkpoint, told):
    """The report's own bytes: their hash, what they say they are of, and their leaf; and those of other numbers."""
    about, digest = bundle.about, sha256(bundle.report_bytes).digest()
    said = {one["number"]: one for one in bundle.log["reports"]}
    mine = said.get(about["number"])
    is_named = mine is not None and mine["sha256"] == digest.hex()
    if not is_named:
        told.other = "other_named"
        told.differ("report_hash", printed=mine and mine["sha256"], recomputed=digest.hex())
    period, number = bundle.report["period"], len(bundle.report["closing"]["corrections"])
    found = f"{period['first'][:7]} {bundle.report['place']} {number}"
    wanted = f"{about['month']} {about['unit']['key']} {about['number']}"
    if period["kind"] != "month" or found != wanted:
        told.differ("wrong_month", printed=wanted, recomputed=found)
    mine, last, today = named(bundle), last_day(about["month"]), bundle.report["today"]
    if (about["unit"]["code"], about["unit"]["name"]) != mine:
        told.differ("wrong_unit", printed=" ".join(map(str, about["unit"].values())), recomputed=" ".join(mine))
    if date.fromisoformat(today) <= date.fromisoformat(last):
        told.differ("report_early", printed=today, recomputed=last)
    newest = _newest(bundle, told)
    for number in range(about["number"] + 1):
        one = said.get(number)
        hashed = digest if number == about["number"] else one and bytes.fromhex(one["sha256"])
        which = f"<correction> {number}" if number else "<first_report>"
        where = f"{which}, <month> {about['month']}"
        if one is None or hashed is None:
            told.differ("leaf_missing", where=where)
        elif checkpoint is not None and one.get("leaf") is not None:
            day, of = one["leaf"]["date"], (about["month"], number, hashed)
            unnamed = unnamed_report_leaf(day, *of)
            is_logged = check_leaf(checkpoint, one["leaf"], report_leaf(day, mine[0], *of), where, told, unnamed)
            if number == about["number"]:
                told.other = None if is_logged else "other_proof" if is_named else "other_logged"
        elif checkpoint is not None and newest > today:
            told.differ("report_unlogged", printed=today, recomputed=newest)
        elif checkpoint is not None:
            told.rest("word_report")


def named(bundle):
    """Code and name of the report's own place, by the report itself: its hash is what is in the log."""
    place = bundle.report["places"].get(bundle.report["place"], {})
    return place.get("code") or "", place.get("name") or ""


def last_day(month):
    """The last day of a month (``2026-10``)."""
    after = date.fromisoformat(f"{month}-28") + timedelta(days=4)
    return (after.replace(day=1) - timedelta(days=1)).isoformat()


def _newest(bundle, told):
    """The last day to which the log has come, as far as the bundle tells: by its entries, and by who cosigned it.

    What is cosigned may have been published the day before, and has what was made on the day before that.
    """
    entries = [one.get(name) for one in bundle.journals for name in ("leaf", "key_leaf")]
    days = [one["date"] for one in (*entries, *(said.get("leaf") for said in bundle.log["reports"])) if one]
    for _, at in told.cosigned:
        if at is not None:
            days.append((datetime.fromtimestamp(at, timezone.utc).date() - timedelta(days=2)).isoformat())
    return max(days, default="")


def check_journals(bundle, checkpoint, told):
    """By journal and the last entry of a block, what its kiosk signed; what of it is shown by its hash alone."""
    statements, excused, withheld, unlogged, unkeyed = {}, set(), Counter(), 0, 0
    early = _early(bundle)
    for name, n in Counter(one["journal"] for one in bundle.journals).items():
        if n > 1:
            told.differ("journal_twice", journal=name)
    for journal in bundle.journals:
        tree, name = journal.get("tree"), journal["journal"]
        if tree is None:
            continue
        root = _root(journal, told)
        text = f"hailong-cuts/1\n{name}\n{tree['size']}\n{root.hex() if root else ''}\n"
        if root is None:
            told.differ("cuts_root", journal=name)
        elif not is_signed(b64(tree["key"], 32), b64(tree["signature"], 64), text.encode("ascii", "replace")):
            told.differ("cuts_signature", journal=name)
        if checkpoint is not None:
            has_key = _check_key(journal, checkpoint, told)
            is_logged = _check_logged(journal, root, checkpoint, told)
            unkeyed, unlogged = unkeyed + (not has_key), unlogged + (not is_logged)
            if not has_key or not is_logged or is_short(bundle, journal):
                told.doubted.add(name)
        _read_cuts(bundle, journal, statements, excused, withheld, told)
    if checkpoint is not None and unkeyed:
        told.rest("word_key", unkeyed)
    if checkpoint is not None and unlogged:
        told.rest("word_journal", unlogged)
    if checkpoint is not None and early:
        told.rest("word_early", len(early), day=min(early))
    for why, n in sorted(withheld.items()):
        told.rest("word_withheld", n, why=why)
    if told.found_beside:
        told.rest("word_beside", told.found_beside)
    return statements, excused


def _early(bundle):
    """The days of journals' entries in the log that are older than the report: what came in between is not in them."""
    before = (date.fromisoformat(bundle.report["today"]) - timedelta(days=1)).isoformat()
    leaves = [one.get("leaf") for one in bundle.journals]
    return [leaf["date"] for leaf in leaves if leaf and leaf["kind"] == "journal" and leaf["date"] < before]


def is_short(bundle, journal):
    """Whether the journal's entry in the log is older than the month's end, and the journal went on."""
    leaf = journal.get("leaf")
    return bool(leaf) and leaf["kind"] == "journal" and leaf["date"] < last_day(bundle.about["month"])


def _root(journal, told):
    tree = journal["tree"]
    leaves = {}
    for cut in journal["cuts"]:
        if cut["index"] in leaves:
            told.differ("cut_twice", journal=journal["journal"], cut=cut["index"])
        said = cut.get("statement")
        leaves[cut["index"]] = b64(cut["leaf"], 32) if said is None else hash_leaf(said.encode())
    covers = {(first, last): b64(one, 32) for first, last, one in tree["covers"]}
    return root_of_parts(tree["size"], leaves, covers)


def _check_key(journal, checkpoint, told):
    """Whether the kiosk's key is in the log."""
    entry = journal.get("key_leaf")
    if entry is None:
        return False
    leaf = key_leaf(entry["date"], journal["device"], journal["tree"]["key"])
    check_leaf(checkpoint, entry, leaf, f"<key_of> {journal['device']}", told)
    return True


def _check_logged(journal, root, checkpoint, told):
    """Whether the log says how many cuts there were."""
    entry = journal.get("leaf")
    if entry is None:
        return False
    tree, name = journal["tree"], journal["journal"]
    if entry["cuts_size"] != tree["size"]:
        told.differ("cuts_size", journal=name, printed=entry["cuts_size"], recomputed=tree["size"])
        return True
    opened = journal_leaf(
        entry["kind"], entry["date"], b64(entry["secret"], 32), b64(entry["chain"], 32), tree["size"], root or b""
    )
    check_leaf(checkpoint, entry, opened, f"<journal> {name}", told)
    return True


def _read_cuts(bundle, journal, statements, excused, withheld, told):
    """The cuts that are told, and that those of the month are all told."""
    name, month = journal["journal"], bundle.about["month"]
    told_at, lasts = {}, set()
    for cut in sorted(journal["cuts"], key=lambda each: each["index"]):
        said = json.loads(cut["statement"]) if cut.get("statement") is not None else None
        last, why = cut.get("last"), cut.get("why")
        elsewhere = found_beside(told, name, cut) if said is None and why == "unit" else None
        told_at[cut["index"]] = said or elsewhere
        if last is not None and last in lasts:
            told.differ("cut_twice", journal=name, cut=cut["index"])
        lasts.add(last)
        # Only a report that a correction followed can have been made before a cut of its month came.
        is_newest = bundle.about["number"] == max(one["number"] for one in bundle.log["reports"])
        if (said is None or why is not None) and (why not in WHYS or (why == "later" and is_newest)):
            told.differ("cut_hidden", journal=name, cut=cut["index"])
        elif why == "otherwise" and last is not None:
            excused.add((name, last))
        elif elsewhere is not None:
            told.found_beside += 1
        elif why is not None:
            withheld[why] += 1
        if said is not None and cut.get("last") is not None:
            statements[name, cut["last"]] = said
        elif said is not None and not cut.get("why") and _month(said) == month:
            told.differ("cut_unused", journal=name, cut=cut["index"])
    missing, is_edge = gap_of(told_at, journal["tree"]["size"], month)
    if missing:
        told.differ("cuts_gap", journal=name, printed=missing)
    if is_edge:
        told.rest("word_edge", journal=name)


def read_beside(told, bundle):
    """Remember the cuts that another unit's report of the same month has, by the leaf that each has in its tree."""
    for journal in bundle.journals:
        for cut in journal["cuts"] if journal.get("tree") is not None else ():
            if cut.get("statement") is not None and cut.get("last") is not None:
                told.beside[journal["journal"], cut["index"]] = cut["statement"]


def found_beside(told, name, cut):
    """What a cut says that is shown by its hash here, and is in the report of a bundle that was laid beside."""
    said = told.beside.get((name, cut["index"]))
    is_same = said is not None and hash_leaf(said.encode()) == b64(cut["leaf"], 32)
    return json.loads(said) if is_same else None


def _month(said):
    return said["days"][1][:7]


def gap_of(told_at, size, month):
    """Which cuts may be of the month and are not told, and whether only hashes stand at an edge of it.

    ``told_at`` has statements by position, None for one that is shown by its hash. Each says how far the months have
    come by then (``latest``), and how many cuts before it were of an earlier month than that (``back``).
    """
    latest = {one: said["order"][0] for one, said in told_at.items() if said is not None}
    inside = sorted(one for one, said in latest.items() if said == month)
    earlier = [one for one, said in latest.items() if said < month]
    later = [one for one, said in latest.items() if said > month]
    first = inside[0] if inside else max(earlier, default=-1) + 1
    end = inside[-1] + 1 if inside else min(later, default=size)
    # Each of these has a reason, or whoever asks names it; inside the month the reason is said with how many they are.
    hidden = [one for one in told_at if told_at[one] is None]
    if any(one not in told_at for one in range(first, end)):
        return f"{first}–{end - 1}", False
    is_edge = False
    for edge, is_over, others in ((first - 1, first == 0, earlier), (end, end == size, later)):
        if not is_over and edge not in others:
            if edge not in hidden:
                return str(edge), False
            is_edge = True
    if end == size or not size:
        return "", is_edge
    if size - 1 in hidden:
        return "", True
    if size - 1 not in latest:
        return str(size - 1), is_edge
    # Behind the month only a clock that was set back can have made cuts of it: each is told, and they are counted.
    before = max((one for one in latest if one < end), default=-1)
    back = told_at[before]["order"][1] if before >= 0 else 0
    late = sum(_month(told_at[one]) < latest[one] for one in later)
    if told_at[size - 1]["order"][1] - back == late:
        return "", is_edge
    return ("", True) if any(one > before for one in hidden) else (f"{end}–{size - 1}", is_edge)


COUNTS = ("uncut", "suspect", "otherwise", "time", "month", "beyond", "minimum", "going")
"""What is said of blocks with how many ratings and blocks."""


def check_blocks(bundle, statements, excused, told):
    """Each block against what its kiosk signed, and pools and unions against their parts."""
    seen, counts = set(), {name: Counter() for name in COUNTS}
    have_tree = {one["journal"] for one in bundle.journals if one.get("tree") is not None}
    counters = {
        key: place["code"] for key, place in bundle.report["places"].items() if place.get("counter_id") is not None
    }
    short, least = Counter(), max(LEAST, *(bundle.report["policy"].get(name, 0) for name in ("cell_min", "step")))
    for block in bundle.blocks:
        key = block.journal, block.last
        if key in seen:
            told.differ("block_twice", journal=block.journal, last=block.last)
        seen.add(key)
        said = statements.get(key)
        n = _n(block, COUNTED, SUSPECT)
        _hold_fields(bundle, block, n, said is not None or key in excused, least, counts, told)
        is_held = said is not None and block.place is not None
        if block.shown and _n(block, SUSPECT):
            counts["suspect"].update(n=n, of=1)
        if is_held:
            is_held = _hold(block, said, counters, counts, told)
        elif key in excused:
            counts["otherwise"].update(n=n, of=1)
        elif block.kiosks and block.journal in have_tree and block.fault is None and (block.shown or block.tail):
            if block.place is not None:
                told.differ("block_unproven", journal=block.journal, last=block.last)
        elif block.shown or block.tail:
            counts["uncut"].update(n=n, of=1)
        told.every += n
        told.open += n if block.journal in told.doubted or not is_held else 0
        short[block.journal] += n
    _check_used(bundle, seen, told)
    _check_beyond(bundle, have_tree, told)
    early = [one for one in bundle.journals if one["journal"] in told.doubted and is_short(bundle, one)]
    if early:
        oldest = min(one["leaf"]["date"] for one in early)
        told.rest("word_short", sum(short[one["journal"]] for one in early), day=oldest)
    for name, found in counts.items():
        if found["n"]:
            more = {"least": least} if name == "minimum" else {}
            told.rest(f"word_{name}", found["n"], of=found["of"], **more)


def _hold_fields(bundle, block, n, is_told, least, counts, told):
    """What a block says of itself: where and when it is follows from its ratings, and so does whether it is shown."""

    def differ(code, **values):
        told.differ(code, journal=block.journal, last=block.last, **values)

    if block.levels is not None and sum(block.levels) != n:
        differ("block_sums", printed=n, recomputed=sum(block.levels))
    if block.shown and not block.tail and block.place is not None and n < LEAST:
        differ("block_few")
    if block.pool is not None and not block.tail:
        differ("block_pooled")
    if block.fault is not None and (is_told or block.shown):
        differ("block_faulty", printed=block.fault)
    days = [piece.day for piece in block.pieces]
    ends, place = [min(days, default=""), max(days, default="")], common_place([one.place for one in block.pieces])
    if block.place is None:
        counts["beyond"].update(n=n, of=1)
        if is_told or bundle.report["place"] == "":
            differ("block_beyond")
        if days and not (block.ends[0] <= ends[0] and ends[1] <= block.ends[1]):
            differ("block_when", printed="–".join(block.ends), recomputed="–".join(ends))
        return
    if place != block.place:
        differ("block_where", printed=block.place, recomputed=place)
    if list(block.ends) != ends:
        differ("block_when", printed="–".join(block.ends), recomputed="–".join(ends))
    if n >= LEAST and not block.shown and not block.tail and block.fault is None:
        if n < least:
            counts["minimum"].update(n=n, of=1)
        elif ends[1] >= bundle.report["today"]:
            counts["going"].update(n=n, of=1)
        else:
            differ("block_hidden", n=n)


def common_place(keys):
    """The counter, or the lowest unit that has all of these counters."""
    if len(set(keys)) == 1:
        return keys[0]
    found = ""
    for codes in zip(*(key.split("/")[:-1] for key in keys)):
        if len(set(codes)) > 1:
            break
        found += f"{codes[0]}/"
    return found


def _check_used(bundle, seen, told):
    """Every cut that is said to make a block of the report does."""
    for journal in bundle.journals:
        for cut in journal["cuts"] if journal.get("tree") is not None else ():
            if cut.get("last") is not None and (journal["journal"], cut["last"]) not in seen:
                told.differ("cut_unused", journal=journal["journal"], cut=cut["index"])


def _check_beyond(bundle, have_tree, told):
    """A block that no single unit of the report has is a cut that is shown by its hash: there are as many of these."""
    hidden = Counter()
    for journal in bundle.journals:
        hidden[journal["journal"]] = sum(
            cut.get("statement") is None and cut.get("last") is None for cut in journal["cuts"]
        )
    for block in bundle.blocks:
        if block.place is None and block.kiosks and block.journal in have_tree:
            hidden[block.journal] -= 1
            if hidden[block.journal] < 0:
                told.differ("block_beyond", journal=block.journal, last=block.last)


def _hold(block, said, counters, counts, told):
    """Hold a block to its kiosk's statement; whether all that it tells is as the kiosk says."""

    def else_(what, printed, recomputed):
        told.differ(
            "block_else",
            journal=block.journal,
            last=block.last,
            what=what,
            printed=_listed(printed),
            recomputed=_listed(recomputed),
        )

    survey, question, levels = said["series"]
    known = f"{survey}:{''.join(map(str, levels))}"
    if block.question != question or (block.series != known and block.series.split("@")[0] != survey):
        else_("<series>", f"{block.series} {block.question}", f"{known} {question}")
    if bool(said.get("tail")) != block.tail:
        else_("<tail>", block.tail, bool(said.get("tail")))
    at, named = {counters[piece.place] for piece in block.pieces if piece.place in counters}, said.get("counter")
    if named is not None and at - {named}:
        printed = ", ".join(sorted(at - {named}))
        told.differ("block_place", journal=block.journal, last=block.last, printed=printed, recomputed=named)
    n, of_kiosk = _n(block, COUNTED, SUSPECT), _counted(said)
    told.proven.update({"tails" if block.tail else "n": of_kiosk, "tail" if block.tail else "of": 1})
    if of_kiosk != n and block.tail:
        counts["otherwise"].update(n=n, of=1)
    else:
        _hold_sums(block, said, n, of_kiosk, else_)
    days = [f"{piece.day} {piece.part}" for piece in block.pieces]
    is_same_month = True
    if days and [min(days), max(days)] != said["days"]:
        is_same_month = [min(days)[:7], max(days)[:7]] == [day[:7] for day in said["days"]]
        counts["time" if is_same_month else "month"].update(n=n, of=1)
    return is_same_month and (of_kiosk == n or not block.tail)


def _listed(value):
    if isinstance(value, dict):
        return (
            ", ".join(f"{name if str(name).isdigit() else f'<{name}>'}: {n}" for name, n in sorted(value.items()))
            or "0"
        )
    return str(value)


def _as_reasons(counts):
    return {f"r:{name}": n for name, n in counts.items()}


def _hold_sums(block, said, n, of_kiosk, else_):
    if of_kiosk != n:
        else_("<n>", n, of_kiosk)
    aside = {
        piece.standing: _n(block, piece.standing) for piece in block.pieces if piece.standing not in (COUNTED, SUSPECT)
    }
    if aside != said["aside"]:
        else_("<aside>", aside, said["aside"])
    if block.levels is None or "levels" not in said["counted"]:
        return
    levels = {str(level): n for level, n in zip(LEVELS, block.levels) if n}
    if levels != said["counted"]["levels"]:
        else_("<levels>", levels, said["counted"]["levels"])
    # Reasons are kept of what counts alone.
    if not _n(block, SUSPECT) and block.reasons != said["counted"]["reasons"]:
        else_("<reasons>", _as_reasons(block.reasons), _as_reasons(said["counted"]["reasons"]))


def _counted(said):
    counted = said["counted"]
    if "levels" in counted and sum(counted["levels"].values()) != counted["n"]:
        raise Unreadable("cut_levels")
    return counted["n"]


def _n(block, *standings):
    return sum(piece.n for piece in block.pieces if piece.standing in standings)


def check_together(bundle, told):
    """Pools and unions: at least five, of two journals, and as many as their parts."""
    pooled = 0
    for pool in bundle.pools:
        tails = [block for block in bundle.blocks if block.pool == pool.pool]
        n = sum(_n(block, COUNTED) for block in tails)
        if sum(pool.levels) != n:
            told.differ("pool_sums", pool=pool.pool, printed=sum(pool.levels), recomputed=n)
        journals = {block.journal for block in tails if _n(block, COUNTED)}
        if n < LEAST or len(journals) < JOURNALS_LEAST or (pool.aside and sum(pool.aside) < LEAST):
            told.differ("pool_few", pool=pool.pool)
        if any(one > n for one in pool.reasons.values()):
            told.differ("pool_sums", pool=pool.pool, printed=max(pool.reasons.values()), recomputed=n)
        pooled += n
    if pooled and bundle.lines is None:
        told.rest("word_pools", pooled, of=len(bundle.pools))
    for union in bundle.unions:
        n = sum(
            piece.n
            for block in bundle.blocks
            if (block.journal, block.series, block.question) == union[:3]
            and block.last in union.blocks
            and block.shown
            and not block.tail
            for piece in block.pieces
            if piece.standing not in (COUNTED, SUSPECT)
        )
        if sum(union.levels) != n:
            told.differ("union_sums", journal=union.journal, last=union.last, printed=sum(union.levels), recomputed=n)
        if sum(union.levels) < LEAST:
            told.differ("union_few", journal=union.journal, last=union.last)


# Lines: only in a bundle that a second person granted. Every rating is counted again.


class Entry:
    """What a journal's line says, with the chain's hash after it."""

    __slots__ = ("hash", "level", "reasons", "said")

    def __init__(self, said, chain_hash):
        self.said, self.hash = said, chain_hash
        self.level, self.reasons = said.get("level"), []


def check_lines(bundle, statements, told):
    """The chains, what kiosks signed of them, and every block, pool and union counted from its lines."""
    entries, n = {}, 0
    for journal in bundle.lines["journals"]:
        entries[journal["journal"]] = _chained(journal, told)
        n += len(entries[journal["journal"]])
    held = {(journal, last): by_journal for journal, last, by_journal in bundle.lines["held"]}
    seen, pools, unions = set(), {}, {}
    for block in bundle.blocks:
        if block.place is None:
            continue
        said = _recounted(held.get((block.journal, block.last), {}), entries, seen, told)
        if said is None:
            continue
        _hold_lines(block, said, told)
        _hold_opening(block, statements.get((block.journal, block.last)), entries, told)
        _into(pools, block.pool, said)
        for union in bundle.unions:
            same = (block.journal, block.series, block.question) == union[:3]
            if same and block.last in union.blocks and block.shown and not block.tail:
                unions.setdefault(union, Counter()).update(said["aside_levels"])
    _hold_together(bundle, pools, unions, told)
    told.rest("word_lines", n, of=len(entries))


def _chained(journal, told):
    """Each line by its number; a journal whose hashes or signatures do not hold is named."""
    name, found, before, number = journal["journal"], {}, None, None
    for segment in journal["segments"]:
        first, chain = segment["first"], bytes.fromhex(segment["prev"])
        lines = segment["lines"].encode("utf-8", "surrogateescape").split(b"\n")[:-1]
        where = f"{first}–{first + len(lines) - 1}"
        if before is not None and (chain, first) != (before, number):
            told.differ("line_chain", journal=name, printed=where)
        for seq, line in enumerate(lines, first):
            chain = sha256(chain + line).digest()
            found[seq] = _read_line(line, chain)
        if segment["base"] is not None and not _is_vouched(segment, name, chain):
            told.differ("line_signature", journal=name, printed=where)
        before, number = chain, first + len(lines)
    _apply(found)
    return found


def _read_line(line, chain):
    try:
        said = json.loads(line)
    except ValueError:
        said = {}
    return Entry(said if isinstance(said, dict) else {}, chain)


def _is_vouched(segment, journal, head):
    """Whether the kiosk's key signed an append that leads to this hash, or begins at the one before these lines."""
    said = re.findall("=:([^:]*):", segment["signature"])
    base = segment["base"]
    if not segment["key"] or not any(is_signed(b64(segment["key"], 32), b64(one), base.encode()) for one in said):
        return False
    path = f'"@path": /v1/journals/{journal}/entries\n'
    if "&head=" in base:
        return path in base and f"&head={head.hex()}" in base
    # An older kiosk signed the hash before its lines alone.
    return path in base and f"prev={segment['prev']}" in base


def _apply(entries):
    """What was said of a rating later counts until its block was cut."""
    cut = {}
    for seq in sorted(entries):
        said = entries[seq].said
        if said.get("kind") == "block" and "from" not in said:
            cut[said.get("counter"), said["survey"], said["question"]] = said["last"]
        target = entries.get(said.get("rating")) if "rating_journal" not in said else None
        if target is None or said.get("kind") not in ("reasons", "revised"):
            continue
        rated = target.said
        stream = rated.get("counter"), str(rated.get("survey")).split("@")[0], rated.get("question")
        if cut.get(stream, 0) >= said["rating"]:
            continue
        if said["kind"] == "reasons":
            target.reasons = said["reasons"]
        else:
            target.level = said["level"]


def _recounted(by_journal, entries, seen, told):
    """What the lines of a block's ratings come to; None where a line is missing."""
    levels, reasons, aside, aside_levels = Counter(), Counter(), Counter(), Counter()
    for journal, seqs in by_journal.items():
        for seq in seqs:
            entry = entries.get(journal, {}).get(seq)
            if entry is None or entry.said.get("kind") != "rating" or (journal, seq) in seen:
                told.differ("line_recount", journal=journal, what=f"<line> {seq}", printed=seq, recomputed=None)
                return None
            seen.add((journal, seq))
            if entry.said["standing"] == COUNTED:
                levels[entry.level] += 1
                reasons.update(entry.reasons)
            else:
                aside[entry.said["standing"]] += 1
                aside_levels[entry.level] += 1
    return {"levels": levels, "reasons": reasons, "aside": aside, "aside_levels": aside_levels}


def _hold_lines(block, said, told):
    def hold(what, printed, recomputed):
        if printed != recomputed:
            where = f"<block_no> {block.last}, <{what}>"
            told.differ(
                "line_recount",
                journal=block.journal,
                what=where,
                printed=_listed(printed),
                recomputed=_listed(recomputed),
            )

    told.numbers += 1
    hold("n", _n(block, COUNTED, SUSPECT), sum(said["levels"].values()))
    standings = {piece.standing for piece in block.pieces} - {COUNTED, SUSPECT}
    hold("aside", {name: _n(block, name) for name in standings}, dict(said["aside"]))
    if block.levels is not None:
        hold("levels", {level: n for level, n in zip(LEVELS, block.levels) if n}, dict(said["levels"]))
        if not _n(block, SUSPECT):
            hold("reasons", _as_reasons(block.reasons), _as_reasons(said["reasons"]))


def _hold_opening(block, statement, entries, told):
    """The signed statement commits to the very line that states the cut."""
    line = entries.get(block.journal, {}).get(block.cut)
    if statement is None or line is None:
        return
    opened = text64(sha256(b"hailong-cut/1\n" + line.hash).digest())
    if opened != statement["rest"]:
        what = f"<cut_at> {block.cut}"
        told.differ("line_recount", journal=block.journal, what=what, printed=statement["rest"], recomputed=opened)


def _into(pools, pool, said):
    if pool is not None:
        found = pools.setdefault(pool, {name: Counter() for name in said})
        for name, counts in said.items():
            found[name].update(counts)


def _hold_together(bundle, pools, unions, told):
    """What rests on the collector's word without lines: pools and unions."""
    for pool in bundle.pools:
        said = pools.get(pool.pool, {"levels": Counter(), "reasons": Counter(), "aside_levels": Counter()})
        for what, printed in (("levels", pool.levels), ("aside_levels", pool.aside)):
            recomputed = [said[what][level] for level in LEVELS]
            if printed is not None:
                told.number(f"<pool> {pool.pool} <{what}>", _plain(list(printed)), _plain(recomputed))
        told.number(f"<pool> {pool.pool} <reasons>", _listed(pool.reasons), _listed(dict(said["reasons"])))
    for union in bundle.unions:
        recomputed = [unions.get(union, Counter())[level] for level in LEVELS]
        told.number(f"<aside_levels> {union.journal} {union.last}", _plain(list(union.levels)), _plain(recomputed))


# Numbers: a place's line is what its blocks, pools and unions come to.


def lies_in(key, place):
    """Whether a counter's or unit's key is a place's own or below it."""
    return key is not None and (key == place or ((place == "" or place.endswith("/")) and key.startswith(place)))


def month_of(day):
    return day[:7]


def monday_of(day):
    found = date.fromisoformat(day)
    return found - timedelta(days=found.weekday())


class Line:
    """What one place got of one question."""

    def __init__(self, bundle, series, question, place, least):
        self.month, self.place = bundle.about["month"], place
        self.blocks = [one for one in bundle.blocks if (one.series, one.question) == (series, question)]
        self.pools = [
            one
            for one in bundle.pools
            if (one.series, one.question) == (series, question) and lies_in(one.place, place)
        ]
        self.unions = [
            one
            for one in bundle.unions
            if (one.series, one.question) == (series, question) and lies_in(one.place, place)
        ]
        self.uncut = [
            one
            for one in bundle.uncut
            if (one.series, one.question) == (series, question) and lies_in(one.place, place)
        ]
        self.least = least
        self.mine = [block for block in self.blocks if self._is_here(block)]
        self.pool_ids = {pool.pool for pool in self.pools}

    def _is_here(self, block):
        """Whether the block counts whole in this place and month."""
        is_alone = block.shown and block.pool is None and not block.tail
        return is_alone and lies_in(block.place, self.place) and {month_of(day) for day in block.ends} == {self.month}

    def levels(self):
        """By level, what counts and is shown."""
        found = Counter()
        for block in self.mine:
            if not _n(block, SUSPECT):
                found.update(dict(zip(LEVELS, block.levels)))
        for pool in self.pools:
            found.update(dict(zip(LEVELS, pool.levels)))
        return +found

    def both(self):
        """The same with as much of what was set aside as may be told; None where none may."""
        aside = Counter()
        for block in self.mine:
            if _n(block, SUSPECT):
                aside.update(dict(zip(LEVELS, block.levels)))
        for one in (*self.unions, *(pool._replace(levels=pool.aside) for pool in self.pools if pool.aside)):
            aside.update(dict(zip(LEVELS, one.levels)))
        return +(aside + self.levels()) if +aside else None

    def reasons(self):
        """How often each reason was chosen by what counts."""
        found = Counter()
        for one in (*(block for block in self.mine if not _n(block, SUSPECT)), *self.pools):
            found.update(one.reasons)
        return +found

    def _pieces(self):
        """Every piece of this place and month, with its block."""
        for block in self.blocks:
            for piece in block.pieces:
                if lies_in(piece.place, self.place) and month_of(piece.day) == self.month:
                    yield block, piece

    def aside(self):
        """How many were set aside, by why."""
        found = Counter()
        for _, piece in self._pieces():
            if piece.standing != COUNTED:
                found[piece.standing] += piece.n
        for one in self.uncut:
            if one.standing != COUNTED:
                found[one.standing] += one.n
        return +found

    def waits(self):
        """How many count and are not shown here, by why."""
        found = Counter()
        for block, piece in self._pieces():
            if piece.standing == COUNTED and (why := self._why(block)):
                found[why] += piece.n
        for one in self.uncut:
            if one.standing == COUNTED:
                why = "tail" if one.journal is None else "few" if one.every < LEAST else "open"
                found[why] += one.n
        return +found

    def _why(self, block):
        """Why what counts in a block is not shown here; nothing where it is."""
        if block.pool is not None:
            return "" if block.pool in self.pool_ids else "pooled"
        if block.shown:
            return "" if self._is_here(block) else "straddles"
        if block.fault is not None:
            return "fault"
        if block.tail:
            return "tail"
        return "few" if block.looked else "open"

    def week(self, first):
        """Levels and how many were set aside in the week from ``first`` on, which lies in the month."""
        levels, aside = Counter(), 0
        for block in self.mine:
            if {monday_of(day) for day in block.ends} == {first}:
                if not _n(block, SUSPECT):
                    levels.update(dict(zip(LEVELS, block.levels)))
                aside += sum(piece.n for piece in block.pieces if piece.standing != COUNTED)
        return +levels, aside


# Arithmetic: rounded half up, as on paper.


def rounded(value, decimals=1):
    """A fraction or decimal, half away from zero, as text."""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    found = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return str(found if found else abs(found))


def percent(k, n):
    return None if not n else rounded(Fraction(100 * k, n))


def wilson(k, n):
    """The ends of the 95 % interval of k of n, in percent."""
    if not n or not 0 <= k <= n:
        return None, None
    p, z2 = Decimal(k) / n, Z * Z
    middle, reach = p + z2 / (2 * n), Z * (p * (1 - p) / n + z2 / (4 * Decimal(n) ** 2)).sqrt()
    scale = 1 + z2 / n
    low, high = max(Decimal(0), (middle - reach) / scale), min(Decimal(1), (middle + reach) / scale)
    return rounded(100 * low), rounded(100 * high)


def is_clear(k, n, l, m):
    """Whether two shares differ by more than chance: pooled two-proportion test at 5 %."""
    if not n or not m:
        return False
    pooled = Fraction(k + l, n + m)
    gap, spread = Fraction(k, n) - Fraction(l, m), pooled * (1 - pooled) * (Fraction(1, n) + Fraction(1, m))
    return gap * gap > Fraction(Z) ** 2 * spread


def ranks(chosen):
    """Between which places each reason stands: McNemar's test of every pair at least as doubtful, after Holm, at 5 %."""

    def doubt(a, b):
        return 1.0 if a + b == 0 else erfc(sqrt((a - b) ** 2 / (a + b) / 2))

    pairs = sorted((doubt(chosen[a], chosen[b]), a, b) for a, b in combinations(chosen, 2))
    apart = set()
    for number, (p, a, b) in enumerate(pairs):
        if p > 0.05 / (len(pairs) - number):
            break
        apart |= {(a, b), (b, a)}
    found = {}
    for one, n in chosen.items():
        above = sum((one, other) in apart and chosen[other] > n for other in chosen)
        below = sum((one, other) in apart and chosen[other] < n for other in chosen)
        found[one] = [1 + above, len(chosen) - below]
    return found


# The report.


class Report:
    """The frozen numbers, each held to its recomputation.

    ``worked`` is the same report with the recomputed numbers in the place of those that were kept.
    """

    def __init__(self, bundle, told):
        self.bundle, self.told, self.report = bundle, told, bundle.report
        self.worked = deepcopy(bundle.report)
        self.least = max(LEAST, self.report["policy"]["cell_min"])
        self.percent_min = self.report["policy"]["percent_min"]
        self.earlier, self.waiting, self.uncut = 0, 0, 0
        told.words.update(self._own_words())

    def check(self):
        """Every part, place and table."""
        for part, own in zip(self.report["parts"], self.worked["parts"]):
            self._part(part, own)
        self._left_out()
        self._by_hash()
        self._reasons()
        Printed(self).check()
        if self.earlier:
            self.told.rest("word_before", self.earlier)
        if self.uncut:
            self.told.rest("word_waits", self.waiting, of=self.uncut)
        served = sum(row.transactions for row in self.bundle.served)
        if served:
            self.told.rest("word_served", served)

    def _own_words(self):
        """What questions and reasons are called, by ``q:`` and ``r:`` before their codes."""
        found = {}
        for part in self.report["parts"]:
            series, question = part["series"]["asked"]
            for ref in part["series"]["versions"]:
                for one in self.report["surveys"][ref]["questions"]:
                    if one["id"] == question:
                        said = (f"{text} [{series}]" for text in in_both(one["text"]))
                        found[f"q:{series}:{question}"] = tuple(said)
        for survey in self.report["surveys"].values():
            found.update({f"r:{one['id']}": in_both(one["text"]) for one in survey.get("reasons", ())})
        return found

    def _part(self, part, own):
        asked = part["series"]["asked"]
        lines, owns = ([one["me"], *one["children"], *one["counters"]] for one in (part, own))
        for line, worked in zip(lines, owns):
            self._line(asked, line, worked, is_me=line is part["me"])
        satisfied, levels, _ = self.satisfied(part)
        below, name = len(self.report["parts"][0]["children"]), asked_in(asked)
        self.told.number(f"{name} <left_out>", part["left_out"], below - len(part["children"]))
        self.told.number(f"{name} <n>", part["series"]["n"], 0)
        scale = sorted(level["value"] for level in self.levels_of(part))
        if scale and "@" not in asked[0]:
            self.told.number(f"{name} <levels>", "".join(map(str, scale)), asked[0].rpartition(":")[2])
        n, k = _sum(part["me"]["shown"]), _sum(part["me"]["shown"], satisfied)
        self.told.rest(
            "word_satisfied",
            k,
            where=asked_in(asked),
            levels=f"<level{'s' * (len(satisfied) != 1)}> {_several(sorted(satisfied))}",
            of=_several(levels),
            least=self.percent_min,
        )
        has_share = bool(part["me"]["shown"]["percent"] and satisfied and n)
        low, high = wilson(k, n) if has_share else (None, None)
        self.told.figures.append(
            {
                "asked": ":".join(asked),
                "words": self.told.words.get(f"q:{':'.join(asked)}", (":".join(asked),) * 2),
                "names": {str(level["value"]): in_both(level["text"]) for level in self.levels_of(part)},
                "n": None if part["me"]["shown"].get("hidden") == "few" else n,
                "satisfied": sorted(satisfied),
                "share": percent(k, n) if has_share else None,
                "interval": None if low is None else [low, high],
                "levels": {str(level): _int(part["me"]["shown"]["counts"], level) for level in levels},
                "recorded": {"counted": n, "aside": sum(part["me"]["aside"].values()), "waiting": _waiting(part["me"])},
            }
        )
        found = Line(self.bundle, *asked, self.report["place"], self.least)
        self.waiting += sum(found.waits().values())
        self.uncut += sum(one.n for one in found.uncut if one.standing == COUNTED)

    def _left_out(self):
        """Whatever was asked and answered in the month is a part of the report."""
        parts = {tuple(part["series"]["asked"]) for part in self.report["parts"]}
        month, found = self.bundle.about["month"], Counter()
        for block in self.bundle.blocks:
            n = sum(piece.n for piece in block.pieces if month_of(piece.day) == month)
            found[block.series, block.question] += n
        for one in self.bundle.uncut:
            found[one.series, one.question] += one.n
        for asked, n in sorted(found.items()):
            if asked not in parts and n:
                self.told.number(f"{asked_in(asked)} {self.name(self.report['place'])} <recorded>", 0, n)

    def _by_hash(self):
        """What of the file stands on no paper and follows from no block of this place: the whole office's questions."""
        answered = self.report["answered"]
        for one in answered:
            here = sum(Line(self.bundle, *one["asked"], self.report["place"], self.least).levels().values())
            # Other units may have answered too; fewer than here they cannot be.
            self.told.number(f"{asked_in(one['asked'])} <n>", one["n"], max(one["n"], here))
        if answered:
            self.told.rest("word_hash", len(answered))
        corrections = self.report["closing"]["corrections"]
        if any(one["changed"] for one in corrections):
            self.told.rest("word_changed", sum(len(one["changed"]) for one in corrections))

    def _line(self, asked, line, own, is_me):
        place, number = line["place"], self.told.number
        found = Line(self.bundle, *asked, place, self.least)
        where = f"{asked_in(asked)} {self.name(place)}"
        levels, waits, aside = found.levels(), found.waits(), found.aside()
        n = sum(levels.values())
        shown = line["shown"]
        is_few = any(why != "open" for why in waits)
        is_hidden = is_few and not waits.get("open") and not n
        if (shown.get("hidden") == "few") != is_hidden:
            number(f"{where} <hidden>", "<few>" if shown.get("hidden") else None, "<few>" if is_hidden else None)
        for level in LEVELS:
            number(f"{where} <level> {level}", _int(shown["counts"], level), levels[level])
        has_percent = not is_hidden and n >= self.percent_min
        number(f"{where} <percent>", shown["percent"], has_percent)
        for why in WAITS:
            number(f"{where} <waiting> (<{why}>)", line.get("waits", {}).get(why, 0), waits[why])
        for standing in sorted({*line["aside"], *aside}):
            number(f"{where} <aside> (<{standing}>)", line["aside"].get(standing, 0), aside[standing])
        both, said = found.both(), (line.get("both") or {}).get("counts")
        if (both is None) != (said is None):
            number(f"{where} <both>", said and sum(said.values()), both and sum(both.values()))
        elif both is not None:
            for level in LEVELS:
                number(f"{where} <both>, <level> {level}", _int(said, level), both[level])
        hidden = "few" if is_hidden else None if shown.get("hidden") == "few" else shown.get("hidden")
        own["shown"] = dict(_shown(shown, levels), percent=has_percent, hidden=hidden)
        own["waits"], own["aside"] = dict(waits), dict(aside)
        is_many = both is not None and sum(both.values()) >= self.percent_min
        if is_me and both is not None and self.bundle.lines is None:
            self._aside(asked, found, sum(both.values()) - n)
        own["both"] = None if both is None else dict({"percent": is_many}, **_shown(line.get("both") or {}, both))
        self._answered(where, place, line, own)
        self._weeks(where, found, line, own, is_me)
        self.earlier += sum(map(bool, line["before"]["counts"].values()))

    def _aside(self, asked, found, told):
        """How many of what was set aside are told with their levels, and whose word that is; signed ones are decided."""
        decided, every = sum(sum(one.levels) for one in found.mine if _n(one, SUSPECT)), sum(found.aside().values())
        values = {"where": asked_in(asked), "of": every, "others": every - told}
        if told > decided and decided:
            self.told.rest("word_unions_decided", told - decided, decided=decided, **values)
        elif told > decided:
            self.told.rest("word_unions", told, **values)

    def _answered(self, where, place, line, own):
        rows = [row for row in self.bundle.served if lies_in(row.place, place)]
        sums = [sum(getattr(row, name) for row in rows) for name in ("ratings", "transactions", "known", "days")]
        said = line.get("answered")
        printed = said and [said["share"]["numerator"], said["share"]["denominator"], said["known"], said["of"]]
        form = "{}/{} ({}/{} <days>)"
        self.told.number(f"{where} <answered>", _form(form, printed), _form(form, sums if sums[1] else None))
        share = {"numerator": sums[0], "denominator": sums[1]}
        own["answered"] = {"share": share, "known": sums[2], "of": sums[3]} if sums[1] else None

    def _weeks(self, where, found, line, own, is_me):
        for place, (first, shown, aside) in enumerate(line.get("weeks", ())):
            if not is_me:
                # Of a place below only the levels of its weeks are told.
                self.told.number(f"{where} <week> {first} <aside>", aside, 0)
            last = (date.fromisoformat(first) + timedelta(days=6)).isoformat()
            if {month_of(first), month_of(last)} != {found.month}:
                self.earlier += sum(map(bool, shown["counts"].values()))
                continue
            levels, set_aside = found.week(date.fromisoformat(first))
            own["weeks"][place] = [first, _shown(shown, levels), set_aside]
            for level in LEVELS:
                self.told.number(f"{where} <week> {first} <level> {level}", _int(shown["counts"], level), levels[level])
            if is_me:
                self.told.number(f"{where} <week> {first} <aside>", aside, set_aside)

    def _reasons(self):
        main, number = self.report["parts"][0], self.told.number
        asked = main["series"]["asked"]
        found = Line(self.bundle, *asked, self.report["place"], self.least)
        chosen, n = found.reasons(), sum(found.levels().values())
        below = {
            child["place"]: Line(self.bundle, *asked, child["place"], self.least).reasons()
            for child in main["children"]
        }
        has_share = n >= self.percent_min
        known = {one["id"] for one in self.report["reasons"]}
        for missing in sorted(set(chosen) - known):
            number(f"<reason> <r:{missing}>", 0, chosen[missing])
        ranked = ranks({name: chosen[name] for name in known if chosen[name] <= n}) if has_share else {}
        for one, own in zip(self.report["reasons"], self.worked["reasons"]):
            where = f"<reason> <r:{one['id']}>"
            number(where, one["n"], chosen[one["id"]])
            base = [chosen[one["id"]], n] if has_share and chosen[one["id"]] <= n else None
            share = one["share"] and [one["share"]["numerator"], one["share"]["denominator"]]
            number(f"{where} <base>", _form("{}/{}", share), _form("{}/{}", base))
            number(f"{where} <rank>", _form("{}–{}", one["rank"]), _form("{}–{}", ranked.get(one["id"])))
            own.update(n=chosen[one["id"]], share=base, rank=ranked.get(one["id"]))
            for place, some in below.items():
                number(f"{where} {self.name(place)}", one["by_child"].get(place), some[one["id"]])
            self.earlier += bool(one["share_before"])
        for row, (first, of_month, counts) in enumerate(self.report["reason_months"]):
            if month_of(first) != found.month:
                self.earlier += 1 + len(counts)
                continue
            self.worked["reason_months"][row] = [first, n, dict(chosen)]
            number("<reason_month> <n>", of_month, n)
            for name in sorted({*counts, *chosen}):
                number(f"<reason_month> <r:{name}>", counts.get(name, 0), chosen[name])

    def name(self, key):
        """A place as people know it."""
        return self.report["places"].get(key, {}).get("code") or key or "<office>"

    def satisfied(self, part):
        """The satisfied levels of a part, and all its levels, by the newest version of its survey."""
        levels = self.levels_of(part)
        every = {level["value"] for level in levels} | {int(level) for level in part["me"]["shown"]["counts"]}
        return {level["value"] for level in levels if level.get("satisfied")}, sorted(every), len(levels)

    def levels_of(self, part):
        """The levels of a part's question, by the newest version of its survey; none where no version is known."""
        refs, question = part["series"]["versions"], part["series"]["asked"][1]
        asked = self.report["surveys"][refs[-1]]["questions"] if refs else ()
        return next((one["levels"] for one in asked if one["id"] == question), [])

    def level_words(self, part):
        """By level, how the survey's versions call it in any language."""
        found = {}
        for ref in part["series"]["versions"]:
            for asked in self.report["surveys"][ref]["questions"]:
                if asked["id"] == part["series"]["asked"][1]:
                    for level in asked["levels"]:
                        found.setdefault(level["value"], set()).update(level["text"].values())
        return found

    def reason_words(self):
        """By reason, how the surveys call it in any language."""
        found = {}
        for survey in self.report["surveys"].values():
            for reason in survey.get("reasons", ()):
                found.setdefault(reason["id"], set()).update(reason["text"].values())
        return found


def asked_in(asked):
    """A question as findings name it."""
    return f"<q:{':'.join(asked)}>"


def in_both(text):
    """A text of a survey in English and in Vietnamese; surveys have the second at least."""
    return (text.get("en") or text["vi"], text["vi"])


def _several(levels):
    return ", ".join(map(str, levels)) or "–"


def _waiting(line):
    return sum(line.get("waits", {}).values())


def _form(form, values):
    """Several numbers as one text; None where there are none."""
    return values and form.format(*values)


def _shown(shown, levels):
    """What is shown of a line, with other levels."""
    return dict(shown, counts={str(level): n for level, n in levels.items()})


def _int(counts, level):
    return counts.get(str(level), 0)


LINE_COLUMNS = {
    *("place", "share", "low", "high", "satisfied", "n", "points", "clear", "bad", "answered", "served", "aside"),
}
OTHER = {"place", "code", "n", "share", "low", "high", "aside"}
LEVEL_COLUMNS = {f"level_{level}" for level in LEVELS}
COLUMNS = {
    "recorded": {"question", "survey", "recorded", "counted", "aside", "waiting", "why"},
    "figures": LINE_COLUMNS | {"recorded", "waiting", "both", "both_n", "mean"},
    "places": LINE_COLUMNS | {"code"},
    "levels": {"level", "n", "share", "before"},
    "aside": {"standing", "n", "rule"},
    "weeks": {"week", "share", "low", "high", "n", "aside"},
    "reasons": {
        *("factor", "reason", "rank", "n", "base", "share", "low", "high", "before", "points", "clear"),
    },
    "reason_months": {"reason"},
}
"""What is printed, by table."""
LATER = {"places": {"group"}}
"""What older releases did not print."""
MARKS = {"few", "open", "no percent", "unknown", "none"}
"""Why a cell has no number."""
PRINTED_WORDS = {
    "said_repeat": ("Repeated press", "Bấm lặp"),
    "said_out_of_hours": ("Out of hours", "Ngoài giờ"),
    "said_test": ("Test press", "Bấm thử"),
    "said_suspect": ("Suspect", "Nghi vấn"),
    "said_aside": ("Set aside", "Để riêng"),
    "rule_repeat": (
        "pressed again within the repeat window, with no sign of a new visitor",
        "bấm lại ngay sau lượt trước, không có dấu hiệu người mới",
    ),
    "rule_out_of_hours": ("pressed outside the office hours of the counter", "bấm ngoài giờ làm việc của quầy"),
    "rule_test": ("test mode or maintenance of the kiosk", "chế độ thử, bảo trì máy"),
    "rule_suspect": (
        "a signal of the system that a person has confirmed",
        "dấu hiệu do hệ thống nêu, đã có người xác nhận",
    ),
    "why_open": ("half day not closed by the kiosk", "máy chưa chốt buổi"),
    "why_few": ("too few at a counter so far", "quầy chưa đủ lượt"),
    "why_tail": ("left over", "phần lẻ"),
    "why_fault": ("does not agree with the kiosk's journal", "không khớp chuỗi ghi của máy"),
    "why_elsewhere": ("told in the longer period or larger place", "tính ở kỳ dài hơn hoặc nơi lớn hơn"),
    "all_levels": ("All", "Tất cả"),
    "all_questions": ("All questions", "Tất cả câu hỏi"),
    "no_word": ("", ""),
    "group_low": ("plainly lower", "thấp hơn rõ rệt"),
    "group_same": ("not plainly different", "không khác rõ rệt"),
    "group_high": ("plainly higher", "cao hơn rõ rệt"),
    "group_none": ("unranked", "không xếp hạng"),
}
"""Words that the report prints beside its numbers, in both languages; behind them a later release may add older ones."""
TERMS |= PRINTED_WORDS
TERMS |= {
    "before": ("period before", "kỳ trước"),
    "factor": ("SIPAS factor", "yếu tố SIPAS"),
    "question": ("question", "câu hỏi"),
    "rule": ("rule", "quy tắc"),
    "standing": ("what it is set aside for", "lý do để riêng"),
    "survey": ("survey", "phiếu hỏi"),
    "why": ("why it is not shown", "lý do chưa hiện"),
}


class Printed:
    """The printed tables, each number held to one worked out from the blocks, whatever the kept report says."""

    def __init__(self, report):
        self.report, self.told = report, report.told
        self.tables = report.bundle.printed["tables"]

    def check(self):
        """Every table that tells of the month."""
        parts = self.report.worked["parts"]
        main = parts[0]
        self._known(parts)
        self._missing(parts)
        self._beside_numbers(parts)
        self._rows("figures", [main["me"]], main)
        if "places" in self.tables:
            self._rows("places", None, main)
        for number, part in enumerate(parts[1:], 1):
            self._rows(f"other_{number}", None, part)
        if len(parts) > 1:
            self._recorded(parts)
        self._levels(main)
        self._aside(main["me"])
        self._reasons(main["me"])
        self._weeks(main)

    def _known(self, parts):
        """Nothing is printed that is not known here: whatever it said, nobody would have checked it."""
        months = {first[:7] for first, _, _ in self.report.worked["reason_months"]}
        for key, rows in self.tables.items():
            is_other = re.fullmatch("other_[1-9][0-9]*", key) and int(key[6:]) < len(parts)
            known = OTHER if is_other else COLUMNS.get(key)
            known = known and known | LATER.get(key, set())
            if known is None:
                self.told.differ("printed_unknown", where=f"<table> <{key}>")
                continue
            more = months if key == "reason_months" else LEVEL_COLUMNS if key == "weeks" or is_other else set()
            for column in sorted({name for row in rows for name in row} - known - more):
                self.told.differ("printed_unknown", where=f"<table> <{key}>, <column> <{column}>")

    def _missing(self, parts):
        """Nothing that a report has is left out: a number that stands nowhere is held to nothing."""
        months = {first[:7] for first, _, _ in self.report.report["reason_months"]}
        wanted = {key: COLUMNS[key] for key in ("figures", "levels", "aside", "weeks", "reasons")}
        wanted["weeks"] = COLUMNS["weeks"] | self._level_columns(parts[0])
        wanted |= {"places": COLUMNS["places"]} if parts[0]["children"] else {}
        wanted |= {"recorded": COLUMNS["recorded"]} if len(parts) > 1 else {}
        wanted |= {"reason_months": {"reason"} | months} if months else {}
        for number, part in enumerate(parts[1:], 1):
            wanted[f"other_{number}"] = OTHER | self._level_columns(part)
        for key, columns in wanted.items():
            if key not in self.tables:
                self.told.differ("printed_missing", where=f"<table> <{key}>")
            missing = {name for row in self.tables.get(key, ()) for name in columns if row.get(name) is None}
            for column in sorted(missing):
                self.told.differ("printed_missing", where=f"<table> <{key}>, <column> <{column}>")

    def _said(self, where, row, name, key):
        """One of the words that no survey has, in either language."""
        if row.get(name) not in TERMS[key]:
            wanted = f"<{key}>" if TERMS[key][0] else None
            self.told.differ("number", where=f"{where} <{name}>", printed=str(row.get(name)), recomputed=wanted)

    def _level_columns(self, part):
        return {f"level_{level}" for level in self.report.satisfied(part)[1]}

    def _beside_numbers(self, parts):
        """The words beside numbers, and what is compared with the time before."""
        for row, name in zip(self.tables["aside"], ("repeat", "out_of_hours", "test", "suspect", "aside")):
            self._said(f"<table> <aside> <{name}>", row, "standing", f"said_{name}")
            self._said(f"<table> <aside> <{name}>", row, "rule", "no_word" if name == "aside" else f"rule_{name}")
        for key, part in [("places", parts[0]), *((f"other_{n}", one) for n, one in enumerate(parts[1:], 1))]:
            code = self.report.report["places"].get(part["me"]["place"], {}).get("code")
            for row in self.tables.get(key, ())[-1:]:
                self._texts(f"<table> <{key}>", row, "code", code and {code})
        for row, part in zip(self.tables.get("recorded", ()), [*parts, None]):
            self._question(row, part)
        self._levels_before(parts[0])
        self._reasons_before(parts[0]["me"])

    def _question(self, row, part):
        """A line of the table of what was recorded: its question, its survey, and why some is not shown."""
        if part is None:
            for name, key in (("question", "all_questions"), ("survey", "no_word"), ("why", "no_word")):
                self._said("<table> <recorded> <all_questions>", row, name, key)
            return
        where, (_, question) = f"<table> <recorded> {asked_in(part['series']['asked'])}", part["series"]["asked"]
        surveys = [self.report.report["surveys"][ref] for ref in part["series"]["versions"]]
        asked = [one for survey in surveys for one in survey["questions"] if one["id"] == question]
        self._texts(where, row, "question", {text for one in asked for text in one["text"].values()})
        self._texts(where, row, "survey", {text for one in surveys for text in one["name"].values()})
        waits = [why if f"why_{why}" in TERMS else "elsewhere" for why, n in part["me"].get("waits", {}).items() if n]
        self._said(where, row, "why", f"why_{waits[0]}" if len(waits) == 1 else "no_word")

    def _levels_before(self, part):
        shown, before, (_, levels, _) = part["me"]["shown"], part["me"]["before"], self.report.satisfied(part)
        m, rows = _sum(before) if before["percent"] else 0, self.tables["levels"]
        for level, row in zip(levels, rows):
            share = percent(_int(before["counts"], level), m) if m else None
            self._cell(f"<table> <levels> {level}", row, "before", share)
        for row in rows[-1:]:
            self._said("<table> <levels> <all_levels>", row, "level", "all_levels")
            share = "100.0" if shown["percent"] and _sum(shown) else None
            self._cell("<table> <levels> <all_levels>", row, "share", share)
            self._cell("<table> <levels> <all_levels>", row, "before", "100.0" if m else None)

    def _reasons_before(self, me):
        n, surveys = _sum(me["shown"]), self.report.report["surveys"].values()
        factors = {}
        for one in (one for survey in surveys for one in survey.get("reasons", ())):
            factors.setdefault(one["id"], set()).add(one.get("factor") or "–")
        for row, line in zip(self.tables["reasons"], self.report.report["reasons"]):
            where, before = f"<table> <reasons> <r:{line['id']}>", line["share_before"]
            k, m = (before["numerator"], before["denominator"]) if before else (0, 0)
            both = line["share"] and m and n
            self._texts(where, row, "factor", factors.get(line["id"], {"–"}))
            self._cell(where, row, "before", percent(k, m) if m else None)
            points = rounded(Fraction(100 * line["n"], n) - Fraction(100 * k, m)) if both else None
            self._cell(where, row, "points", points)
            self._cell(where, row, "clear", ("x" if is_clear(line["n"], n, k, m) else "") if both else None)

    def _place(self, where, row, line):
        """The name beside the numbers is that of their place."""
        place = self.report.worked["places"].get(line["place"], {})
        name = f"{place['unit']}, {place['name']}" if place.get("unit") else place.get("name")
        # The root has no name of its own; a place that has ended has its last day behind its name.
        if not name or (place.get("until") and str(row.get("place")).startswith(f"{name} (")):
            return
        if row.get("place") != name:
            self.told.differ("number", where=f"{where} <place>", printed=str(row.get("place")), recomputed=name)

    def _texts(self, where, row, name, wanted):
        """A level's or reason's words are the survey's, in either language; numbers alone would fit any words."""
        if wanted and row.get(name) not in wanted:
            self.told.differ(
                "number", where=f"{where} <{name}>", printed=str(row.get(name)), recomputed=" / ".join(sorted(wanted))
            )

    def _cell(self, where, row, name, wanted):
        """One cell: a number, or none where ``wanted`` is None."""
        cell = row.get(name)
        why = cell.get("without") if isinstance(cell, dict) else None
        printed = None if why in MARKS else why or cell
        self.told.number(f"{where} <{name}>", printed, wanted)

    def _rows(self, key, lines, part):
        rows = self.tables.get(key, [])
        if lines is None:
            lines = self._matched(key, rows, part)
        elif len(rows) != len(lines):
            self.told.number(f"<table> <{key}> <rows>", len(rows), len(lines))
        for row, line in zip(rows, lines):
            self._row(f"<table> <{key}> {self.report.name(line['place'])}", row, line, part)

    def _matched(self, key, rows, part):
        """The lines of a table's rows, by their codes; the last row is all together."""
        below = part["children"]
        by_code = {self.report.name(line["place"]): line for line in below}
        found = [by_code.get(row["code"]) for row in rows[:-1]]
        if None in found or len({id(one) for one in found}) != len(below) or len(found) != len(below):
            self.told.number(
                f"<table> <{key}>", ", ".join(str(row["code"]) for row in rows[:-1]), ", ".join(sorted(by_code))
            )
            return []
        return [*found, part["me"]]

    def _row(self, where, row, line, part):
        self._place(where, row, line)
        satisfied, levels, scale = self.report.satisfied(part)
        n, k = _sum(line["shown"]), _sum(line["shown"], satisfied)
        is_hidden = line["shown"].get("hidden") == "few"
        has_share = bool(line["shown"]["percent"] and satisfied and n)
        self._cell(where, row, "n", None if is_hidden else n)
        self._cell(where, row, "share", percent(k, n) if has_share else None)
        for name, end in zip(("low", "high"), wilson(k, n) if has_share else (None, None)):
            self._cell(where, row, name, end)
        aside = sum(line["aside"].values())
        self._cell(where, row, "aside", aside)
        if "group" in row:
            self._said(where, row, "group", _group(line, part, satisfied) if line is not part["me"] else "no_word")
        if "satisfied" in row:
            self._line_cells(where, row, line, satisfied, n, k, has_share)
        for level in levels:
            if f"level_{level}" in row:
                self._cell(where, row, f"level_{level}", None if is_hidden else _int(line["shown"]["counts"], level))
        if "recorded" in row:
            waiting = _waiting(line)
            self._cell(where, row, "recorded", n + waiting + aside)
            self._cell(where, row, "waiting", waiting)
            both = line.get("both")
            m = _sum(both) if both else 0
            has_both = bool(both and both["percent"] and satisfied and m)
            self._cell(where, row, "both", percent(_sum(both, satisfied), m) if has_both else None)
            self._cell(where, row, "both_n", m if has_both else None)
            points = sum(level * _int(line["shown"]["counts"], level) for level in LEVELS)
            self._cell(where, row, "mean", percent(points, 5 * n) if has_share and scale == 5 == len(levels) else None)

    def _line_cells(self, where, row, line, satisfied, n, k, has_share):
        self._cell(where, row, "satisfied", k if has_share else None)
        worst = range(1, 1 + min(len(satisfied), 5 - len(satisfied) if satisfied else 0))
        self._cell(where, row, "bad", _sum(line["shown"], worst) if has_share else None)
        m, l = _sum(line["before"]), _sum(line["before"], satisfied)
        compares = has_share and bool(line["before"]["percent"] and m)
        points = rounded(Fraction(100 * k, n) - Fraction(100 * l, m)) if compares else None
        self._cell(where, row, "points", points)
        self._cell(where, row, "clear", ("x" if is_clear(k, n, l, m) else "") if compares else None)
        answered = line.get("answered")
        share = answered and answered["share"]
        self._cell(where, row, "answered", percent(share["numerator"], share["denominator"]) if share else None)
        self._cell(where, row, "served", share["denominator"] if share else None)

    def _recorded(self, parts):
        rows, sums = self.tables.get("recorded", []), Counter()
        if len(rows) != len(parts) + 1:
            self.told.number("<table> <recorded> <rows>", len(rows), len(parts) + 1)
            return
        for row, part in zip(rows, parts):
            me = part["me"]
            found = {"counted": _sum(me["shown"]), "aside": sum(me["aside"].values())}
            found["waiting"] = _waiting(me)
            found["recorded"] = sum(found.values())
            sums.update(found)
            for name, n in found.items():
                self._cell(f"<table> <recorded> {asked_in(part['series']['asked'])}", row, name, n)
        for name, n in sums.items():
            self._cell("<table> <recorded>, <total>,", rows[-1], name, n)

    def _levels(self, part):
        shown, (_, levels, _) = part["me"]["shown"], self.report.satisfied(part)
        rows, n = self.tables["levels"], _sum(shown)
        is_hidden = shown.get("hidden") == "few"
        if len(rows) != len(levels) + 1:
            self.told.number("<table> <levels> <rows>", len(rows), len(levels) + 1)
            return
        words = self.report.level_words(part)
        for level, row in zip(levels, rows):
            count = _int(shown["counts"], level)
            self._texts(f"<table> <levels> {level}", row, "level", words.get(level))
            self._cell(f"<table> <levels> {level}", row, "n", None if is_hidden else count)
            self._cell(f"<table> <levels> {level}", row, "share", percent(count, n) if shown["percent"] and n else None)
        self._cell("<table> <levels>, <total>,", rows[-1], "n", None if is_hidden else n)

    def _aside(self, me):
        rows, total = self.tables["aside"], sum(me["aside"].values())
        names = ("repeat", "out_of_hours", "test", "suspect")
        for name, row in zip(names, rows):
            self._cell(f"<table> <aside> <{name}>", row, "n", me["aside"].get(name, 0))
        self._cell("<table> <aside>, <total>,", rows[-1], "n", total)
        if len(rows) != len(names) + 1 or set(me["aside"]) - set(names):
            self.told.number("<table> <aside> <rows>", len(rows), len(names) + 1)

    def _reasons(self, me):
        rows, lines = self.tables["reasons"], self.report.worked["reasons"]
        if len(rows) != len(lines):
            self.told.number("<table> <reasons> <rows>", len(rows), len(lines))
        n, words = _sum(me["shown"]), self.report.reason_words()
        self._reason_months(lines, words)
        for row, line in zip(rows, lines):
            where, share = f"<table> <reasons> <r:{line['id']}>", line["share"]
            self._texts(where, row, "reason", words.get(line["id"]))
            self._cell(where, row, "n", line["n"])
            self._cell(where, row, "base", None if me["shown"].get("hidden") == "few" else n)
            self._cell(where, row, "share", percent(line["n"], n) if share else None)
            for name, end in zip(("low", "high"), wilson(line["n"], n) if share else (None, None)):
                self._cell(where, row, name, end)
            first, last = line["rank"] or (None, None)
            rank = None if first is None else str(first) if first == last else f"{first}\u2013{last}"
            self._cell(where, row, "rank", rank)

    def _reason_months(self, lines, words):
        """Month by month, of this month as of those before: from what the report has of them."""
        rows, months = self.tables.get("reason_months", []), self.report.worked["reason_months"]
        if len(rows) != (len(lines) if months else 0):
            self.told.number("<table> <reason_months> <rows>", len(rows), len(lines))
            return
        for row, line in zip(rows, lines):
            where = f"<table> <reason_months> <r:{line['id']}>"
            self._texts(where, row, "reason", words.get(line["id"]))
            for first, n, chosen in months:
                share = percent(chosen.get(line["id"], 0), n) if n >= self.report.percent_min else None
                self._cell(where, row, first[:7], share)

    def _weeks(self, part):
        satisfied, levels, _ = self.report.satisfied(part)
        weeks = list(part["me"].get("weeks", ()))
        while weeks and not (_sum(weeks[0][1]) or weeks[0][1].get("hidden") or weeks[0][2]):
            weeks.pop(0)
        rows = self.tables["weeks"]
        if len(rows) != len(weeks):
            self.told.number("<table> <weeks> <rows>", len(rows), len(weeks))
        for row, (first, shown, aside) in zip(rows, weeks):
            where, n, k = f"<table> <weeks> {first}", _sum(shown), _sum(shown, satisfied)
            self._texts(where, row, "week", _day_words(first))
            has_share = bool(shown["percent"] and satisfied and n)
            self._cell(where, row, "n", n)
            self._cell(where, row, "aside", aside)
            self._cell(where, row, "share", percent(k, n) if has_share else None)
            for name, end in zip(("low", "high"), wilson(k, n) if has_share else (None, None)):
                self._cell(where, row, name, end)
            for level in levels:
                self._cell(where, row, f"level_{level}", _int(shown["counts"], level))


def _group(line, part, satisfied):
    """Where a place stands beside all together: its whole interval below, above, or around them."""
    shown, me = line["shown"], part["me"]["shown"]
    if not (satisfied and shown["percent"] and me["percent"] and _sum(shown) and _sum(me)):
        return "group_none"
    low, high = map(Decimal, wilson(_sum(shown, satisfied), _sum(shown)))
    level = Decimal(rounded(Fraction(100 * _sum(me, satisfied), _sum(me)), 2))
    return "group_low" if high < level else "group_high" if low > level else "group_same"


def _day_words(day):
    """How a day is printed, and was by older releases in either language."""
    found = date.fromisoformat(day)
    return {day, f"{found:%d/%m/%Y}", f"{found.day} {found:%B} {found.year}"}


def _sum(shown, levels=LEVELS):
    return sum(_int(shown["counts"], level) for level in levels)


# The command.


def verify(path, log_keys=(), witnesses=(), known=None, beside=()):
    """What is found in a bundle, with other units' bundles of the same month beside it; raises Unreadable."""
    told = Told()
    try:
        bundle = Bundle(path)
        for other in beside:
            _lay_beside(bundle, told, other, log_keys, witnesses)
        checkpoint = check_log(bundle, told, log_keys, witnesses, known)
        check_report(bundle, checkpoint, told)
        statements, excused = check_journals(bundle, checkpoint, told)
        check_blocks(bundle, statements, excused, told)
        check_together(bundle, told)
        if bundle.lines is not None:
            check_lines(bundle, statements, told)
        if bundle.about["basis"] != "kept":
            told.rest("word_basis")
        devices = {one["device"] for one in bundle.journals}
        told.rest("word_place", len(bundle.journals), of=len(devices))
        Report(bundle, told).check()
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise Unreadable("shape", error=f"{type(error).__name__}: {error}") from error
    return bundle, told


def _lay_beside(bundle, told, path, log_keys, witnesses):
    """What another bundle says is of use where nothing differs in it."""
    other, found = verify(path, log_keys, witnesses)
    if other.about["month"] != bundle.about["month"]:
        told.differ("beside_month", where=named(other)[1], printed=other.about["month"])
    elif found.differs:
        told.differ("beside_differs", where=named(other)[1], n=len(found.differs))
    else:
        read_beside(told, other)


def sentence(found, language, words=None):
    """One finding in words; ``words`` are those of the report's questions and reasons, by what findings call them."""
    values = {name: plain(value, language, words or {}) for name, value in found.items()}
    if found["code"] == "word_withheld":
        values["why"] = WHYS.get(found["why"], (found["why"],) * 2)[language]
    return SAYS[found["code"]][language].format(**values)


def plain(value, language, words):
    """A value as people read it: terms, dates and numbers of their language."""
    if value is None or isinstance(value, bool):
        return WORDS["nothing" if value is None else str(value).lower()][language]
    if isinstance(value, int):
        return grouped(value, language)
    if not isinstance(value, str):
        return value
    if re.fullmatch(r"-?[0-9]+\.[0-9]+", value):
        return value.replace(".", ",") if language else value
    said = re.sub("<([^<> ]+)>", lambda found: term(found[1], language, words), value)
    return local_days(said) if language else said


def term(key, language, words):
    """What a finding names: a term, one of the report's own words, or the key itself where nothing is known of it."""
    if key in words:
        return words[key][language]
    if key in TERMS:
        return TERMS[key][language]
    numbered = re.fullmatch("(level|other)_([0-9]+)", key)
    if numbered is None:
        return key.partition(":")[2] if key[:2] in ("q:", "r:") else key
    return f"{TERMS['level'][language] if numbered[1] == 'level' else OTHERS[language]} {numbered[2]}"


OTHERS = ("other question", "câu hỏi khác")


def grouped(n, language):
    """A whole number with its thousands apart."""
    said = f"{n:,}"
    return said.replace(",", ".") if language else said


def local_days(text):
    """Days and months as they are written in Vietnamese."""
    said = re.sub(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b", r"\3/\2/\1", text)
    return re.sub(r"(?<![-/0-9a-f])([0-9]{4})-([0-9]{2})(?![-0-9a-f])", r"\2/\1", said)


def decimal(text, language):
    """A number of the report as its pages write it."""
    return text.replace(".", ",") if language else text


def clean(text):
    """One line for people: nothing that a bundle says starts a line, moves the cursor, or turns the writing round."""
    return "".join(one if one.isprintable() or unicodedata.category(one) == "Zs" else "\ufffd" for one in text)


def shares_open(told):
    """How many ratings the log's key does not prove, of how many; and signed cuts that are in no number."""
    codes = {one["code"] for one in told.rests}
    cuts = sum(one["n"] for one in told.rests if one["code"] == "word_withheld")
    return (told.every if "word_report" in codes else told.open), told.every, cuts


def as_text(bundle, told, language, most):
    """Everything for people, line by line."""
    yield from map(clean, _lines(bundle, told, language, most))


def _lines(bundle, told, language, most):
    def say(name, /, **values):
        return WORDS[name][language].format(**{key: plain(value, language, {}) for key, value in values.items()})

    yield from _head(bundle, told, language, say)
    yield ""
    yield _verdict(told, say)
    if told.other:
        yield say(told.other)
    yield ""
    yield say("checked")
    yield from _checked(bundle, told, say)
    if told.differs:
        yield from ("", say("differs"))
        yield from (f"  - {sentence(one, language, told.words)}" for one in told.differs[:most])
        if len(told.differs) > most:
            yield f"  {say('more', n=len(told.differs) - most)}"
    yield from ("", say("figures"))
    for one in told.figures:
        yield from _figure(one, language, say)
    doubts = [one for one in told.rests if told.has_key and one["code"] in UNPROVEN]
    for name, some in (("open", doubts), ("rests", [one for one in told.rests if one not in doubts])):
        if some:
            yield from ("", say(name))
            yield from (f"  - {sentence(one, language, told.words)}" for one in some)
    yield from _advice(told, language, say)


def _head(bundle, told, language, say):
    about, (code, name) = bundle.about, named(bundle)
    unit = f"{name or say('all')} ({code})" if code else name or say("all")
    number = say("corrected", n=about["number"]) if about["number"] else say("first")
    yield say("title")
    yield say("about", number=number, unit=unit, month=about["month"])
    yield say("made", day=str(bundle.report["today"]))
    yield WORDS["hash_other" if told.other else "hash"][language].format(hash=sha256(bundle.report_bytes).hexdigest())
    if told.checkpoint is not None:
        found = told.checkpoint
        values = {"origin": found.origin, "size": grouped(found.size, language), "root": text64(found.root)}
        yield from WORDS["checkpoint"][language].format(**values).split("\n")
    for name, at in told.cosigned:
        form = ("%Y-%m-%d %H:%M:%SZ", "%H:%M:%S ngày %d/%m/%Y (giờ quốc tế)")[language]
        time = "?" if at is None else datetime.fromtimestamp(at, timezone.utc).strftime(form)
        yield WORDS["cosigned"][language].format(key=name, time=time)


def _verdict(told, say):
    if told.holds is None:
        return say("unproven", numbers=told.numbers, why=_unproven(told, say))
    if told.holds:
        return say("yes" if told.has_key else "alone", n=told.numbers)
    return say("no_one" if len(told.differs) == 1 else "no", n=told.numbers, of=len(told.differs))


def _unproven(told, say):
    """Why nothing differs and the month is not proven, in one sentence."""
    if {one["code"] for one in told.rests} & set(UNPROVEN) == {"word_report"}:
        return say("unproven_report")
    n, of, cuts = shares_open(told)
    why = [say("unproven_ratings", n=n, of=of)] if n else []
    why += [say("unproven_cuts", cuts=cuts)] if cuts else []
    return say("and").join(why) or say("unproven_else")


def _checked(bundle, told, say):
    """Each thing that was checked, and what came of it."""
    signed = [one for one in bundle.journals if one.get("tree") is not None]
    values = {
        "signed": {"n": len(signed), "cuts": sum(len(one["cuts"]) for one in signed)},
        "blocks": {name: told.proven[name] for name in ("n", "of", "tails")},
        "numbers": {"n": told.numbers},
    }
    elsewhere = {code for codes in CHECKS.values() for code in codes}
    for name in ("log", "report", "signed", "blocks", "lines", "numbers"):
        if name == "lines" and bundle.lines is None:
            continue
        mine = CHECKS.get(name) or (set(SAYS) - elsewhere)
        wrong = sum(one["code"] in mine for one in told.differs)
        is_open = any(one["code"] in mine & set(UNPROVEN) for one in told.rests)
        state = "is_held"
        if wrong:
            state = "is_wrong"
        elif name in ("log", "report", "signed") and not told.has_key:
            state = "is_alone"
        elif is_open:
            state = "is_open"
        yield f"  [{say(state, n=wrong)}] {say(f'check_{name}', **values.get(name, {}))}"


def _figure(one, language, say):
    share, interval = one["share"], one["interval"]
    n = None if one["n"] is None else grouped(one["n"], language)
    yield f"  {one['words'][language]}"
    yield "    " + WORDS["figure"][language].format(
        n="–" if n is None else n,
        satisfied=_several(one["satisfied"]),
        share="–" if share is None else f"{decimal(share, language)}%",
        interval="–" if interval is None else f"{'–'.join(decimal(end, language) for end in interval)}%",
    )
    for level, n in one["levels"].items():
        yield "    " + say("of_level", level=level, name=one["names"].get(level, ("?", "?"))[language], n=n)
    yield "    " + say("figure_recorded", recorded=sum(one["recorded"].values()), **one["recorded"])


def _advice(told, language, say):
    """What the auditor does next."""
    codes = {one["code"] for one in told.rests}
    some = [said[language] for of, said in ADVICE if (told.differs if of is None else of & codes)]
    if some:
        yield from ("", say("do"))
        yield from (f"  - {one}" for one in some)


def as_json(bundle, told, language):
    """Everything for programs."""
    found, (n, of, cuts) = told.checkpoint, shares_open(told)
    return {
        "holds": "unproven" if told.holds is None else told.holds,
        "unproven": {"n": n, "of": of, "cuts": cuts} if told.has_key else None,
        "unit": named(bundle)[0],
        "month": bundle.about["month"],
        "number": bundle.about["number"],
        "sha256": sha256(bundle.report_bytes).hexdigest(),
        "checkpoint": found and {"origin": found.origin, "size": found.size, "root": text64(found.root)},
        "cosigned": [{"by": name, "time": at} for name, at in told.cosigned],
        "figures": [
            {name: value for name, value in dict(one, where=one["asked"]).items() if name not in ("words", "names")}
            for one in told.figures
        ],
        "numbers": told.numbers,
        "proven": {name: told.proven[name] for name in ("n", "of", "tails")},
        "differs": [dict(one, sentence=sentence(one, language, told.words)) for one in told.differs],
        "rests": [dict(one, sentence=sentence(one, language, told.words)) for one in told.rests],
    }


class Command(argparse.ArgumentParser):
    """The command's words; what is mistyped is told in one sentence of the language asked for."""

    def error(self, message):
        raise Mistyped(message)


class Mistyped(Exception):
    """A word of the command is wrong."""


def mistyped(message, language):
    """What Python's parser says, in one sentence for people."""
    for pattern, *said in MISTYPED:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return said[language].format(*(one.strip("'") for one in found.groups()))
    return MISTYPED_ELSE[language]


def _language(arguments):
    """The language asked for, whatever else is mistyped: Vietnamese where English is not."""
    said = " ".join(arguments)
    return 0 if re.search(r"--lang[= ]en\b", said) else 1


def _command():
    words = Command(prog="hailong-verify.py", add_help=False, allow_abbrev=False)
    words.add_argument("bundle")
    for name in ("--log-vkey", "--witness", "--beside"):
        words.add_argument(name, action="append", default=[])
    words.add_argument("--checkpoint")
    words.add_argument("--lang", choices=("vi", "en"), default="vi")
    for name in ("--json", "--all"):
        words.add_argument(name, action="store_true")
    return words


def _known(path):
    """The checkpoint that the auditor keeps; None where none is named."""
    if path is None:
        return None
    try:
        with open(path, encoding="utf-8") as file:
            return Checkpoint(file.read())
    except (Unreadable, OSError, UnicodeDecodeError) as error:
        why = "<note>" if isinstance(error, Unreadable) else str(error)
        raise Unreadable("checkpoint", file=path, why=why) from error


def _print(lines):
    """Print, as far as anybody reads: `head` stops in the middle, and that is no fault."""
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        # What is left in the buffer would be written once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments=None):
    """The command; its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    language = _language(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if {"-h", "--help"} & set(arguments):
        print(HELP[language])
        return 0
    try:
        asked = _command().parse_args(arguments)
        keys = [[read_vkey(one) for one in some] for some in (asked.log_vkey, asked.witness)]
        bundle, told = verify(asked.bundle, *keys, _known(asked.checkpoint), asked.beside)
    except Mistyped as error:
        print(clean(SEE_HELP[language].format(why=mistyped(str(error), language))), file=sys.stderr)
        return 2
    except Unreadable as error:
        why = plain(error.said(language), language, {})
        print(clean(WORDS["unreadable"][language].format(why=why)), file=sys.stderr)
        return 2
    if asked.json:
        lines = map(clean, json.dumps(as_json(bundle, told, language), ensure_ascii=False, indent=1).split("\n"))
    else:
        lines = as_text(bundle, told, language, sys.maxsize if asked.all else 40)
    _print(lines)
    return {True: 0, False: 1, None: 3}[told.holds]


if __name__ == "__main__":
    sys.exit(main())
