"""Words: what citizens of the demo write, by what they minded; every sentence is made up."""

import random

_MINDED = {
    "wait": (
        "Chờ gần hai tiếng mới tới lượt, trong khi chỉ nộp một tờ giấy.",
        "Máy lấy số gọi nhảy số, tôi ngồi chờ mãi không thấy gọi.",
        "Buổi sáng rất đông mà chỉ có một cán bộ tiếp. Đề nghị bố trí thêm người.",
        "Tôi đến từ 7 giờ rưỡi, gần 10 giờ mới được gọi.",
        "Người già nên được ưu tiên, tôi 78 tuổi phải đứng chờ.",
    ),
    "deadline": (
        "Hẹn trả kết quả đầu tháng mà nay vẫn chưa có, hỏi thì bảo chờ thêm.",
        "Trễ hẹn lần thứ hai, không ai báo trước cho dân.",
        "Đề nghị báo trước khi trễ hẹn để dân khỏi đi 20 km.",
        "Nộp hồ sơ tách thửa từ tháng 9 đến giờ chưa xong. Gọi số 0912 345 678 không ai nghe.",
        "Giấy hẹn ghi 15 ngày, đã quá gần một tháng.",
        "Xin được biết hồ sơ đang ở bước nào, tra trên mạng không thấy.",
    ),
    "guidance": (
        "Hướng dẫn không rõ, mỗi lần hỏi một người nói một kiểu.",
        "Nên có người giúp bà con viết tờ khai, nhiều ô khó hiểu.",
        "Bảng niêm yết để cao quá, chữ nhỏ, người lớn tuổi không đọc được.",
        "Làm hồ sơ trên mạng khó, tôi không biết dùng điện thoại thông minh.",
        "Mẫu đơn mới khác mẫu cũ mà không ai nói trước.",
    ),
    "trips": (
        "Lần thứ ba đi lại vì thiếu một tờ mà lần đầu không nói.",
        "Đi bốn lần mới nộp được hồ sơ. Sao không nói đủ ngay từ đầu?",
        "Nhà xa, mỗi lần đi mất nửa ngày công.",
        "Đến nơi thì bảo cán bộ phụ trách đi họp, hẹn hôm sau.",
    ),
    "attitude": (
        "Cán bộ nói trống không với người lớn tuổi.",
        "Hỏi thì trả lời cộc lốc, vừa làm vừa xem điện thoại.",
        "Mong cán bộ niềm nở hơn một chút.",
    ),
    "papers": (
        "Giấy tờ nhiều quá, bản sao nào cũng phải chứng thực.",
        "Đã có căn cước rồi sao còn bắt nộp thêm giấy xác nhận cư trú?",
        "Yêu cầu nộp bản sao trong khi trên hệ thống đã có.",
    ),
    "place": (
        "Phòng chờ nóng, ghế không đủ, người già phải đứng.",
        "Nhà vệ sinh bẩn, không có nước.",
        "Không có chỗ để xe, phải gửi ngoài đường.",
        "Nên có thêm cây nước uống và quạt.",
    ),
    "result": (
        "Giấy trả về sai ngày sinh, phải làm lại từ đầu.",
        "Tên trên giấy chứng nhận thiếu dấu, xin sửa giúp.",
    ),
    "fee": ("Không thấy niêm yết mức phí, hỏi mới biết.", "Nên cho chuyển khoản, hôm nay tôi không mang đủ tiền mặt."),
    "other": ("Xin mở cửa thêm sáng thứ Bảy, ngày thường dân đi làm cả.", "Loa gọi số nhỏ quá, nghe không rõ."),
}
_CONTENT = (
    "Cán bộ hướng dẫn rất tận tình, tôi cảm ơn.",
    "Nhanh, gọn.",
    "Làm xong trong buổi sáng, rất hài lòng.",
    "Cô cán bộ ở quầy nhẹ nhàng, giải thích dễ hiểu.",
    "Cảm ơn các anh chị đã giúp mẹ tôi điền tờ khai.",
    "Bây giờ làm giấy khai sinh dễ hơn trước nhiều.",
    "Tốt. Mong giữ được như vậy.",
    "Chỗ ngồi thoáng mát, có nước uống, cảm ơn.",
)
_OPENINGS = ("", "", "", "Góp ý: ", "Kính gửi lãnh đạo, ", "Tôi xin nói thật: ")
_ENDINGS = ("", "", "", "", " Mong được xem xét.", " Xin cảm ơn.")
SPAM = ("aaaaaaaa", "test", "asdfgh", "hjkhjk kjh", "ok ok ok ok", "123")
_SPAM_PART = 0.05


def word_for(chance: random.Random, level: int, minded: list[str]) -> str:
    """What somebody writes who pressed this level and chose these reasons."""
    if chance.random() < _SPAM_PART:
        return chance.choice(SPAM)
    if level >= 4 and (not minded or chance.random() < 0.6):
        return chance.choice(_CONTENT)
    about = chance.choice(minded) if minded else chance.choice(list(_MINDED))
    said = chance.choice(_MINDED.get(about, _MINDED["other"]))
    opening = chance.choice(_OPENINGS)
    if opening.endswith((": ", ", ")):
        said = said[0].lower() + said[1:]
    return f"{opening}{said}{chance.choice(_ENDINGS)}"
