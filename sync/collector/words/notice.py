"""Words that have a fixed form."""

NOTICE = (
    "Kết quả ghi nhận tại quầy, người đánh giá tự chọn tham gia. Không phải Chỉ số SIPAS do Bộ Nội vụ công bố "
    "và không thay thế Bộ chỉ số 766."
)
"""Stands beside every number that leaves the system, in exactly these words."""
