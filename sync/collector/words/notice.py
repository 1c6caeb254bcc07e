"""Words that have a fixed form."""

NOTICE = (
    "Kết quả ghi nhận tại quầy, người đánh giá tự chọn tham gia. Không phải Chỉ số SIPAS do Bộ Nội vụ công bố "
    "và không thay thế Bộ chỉ số 766."
)
"""Stands beside every number of ratings that leaves the system, in exactly these words."""
NOTICE_OF_DOSSIERS = (
    "Số liệu do hệ thống quản lý hồ sơ cung cấp và cơ quan nhập vào. Không phải kết quả ghi nhận tại quầy và không "
    "phải Chỉ số SIPAS do Bộ Nội vụ công bố."
)
"""Stands there instead beside the counts that another system gave."""
