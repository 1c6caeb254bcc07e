import pytest

from tests.sync.protocol.signed import SignedRequest, make_signed


@pytest.fixture
def signed() -> SignedRequest:
    return make_signed(Content_Type="application/x-ndjson", Content_Encoding="gzip")
