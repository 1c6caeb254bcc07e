#!/usr/bin/env bash
# http-message-signatures 3.0.0 (PyPI): whatever a key resolver raises comes out of verify() as InvalidSignature, of the
# same class as a forged signature. A key that is unknown or withdrawn, and a database that is down, look like forgery:
# whoever answers by the class of the error tells an honest sender that its signature is wrong. The reason is only in
# __cause__. So remember in the resolver why it refused, and ask there first.
# Seen: "ConnectionError -> InvalidSignature, cause ConnectionError" and "forged -> InvalidSignature, cause InvalidSignature".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "http-message-signatures==3.0.0"
"$folder/venv/bin/python" - <<'PYTHON'
from datetime import datetime, timezone
from types import SimpleNamespace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature, algorithms,
)

key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, public):
        self.public = public

    def resolve_private_key(self, key_id):
        return key

    def resolve_public_key(self, key_id):
        if self.public is None:
            raise ConnectionError("the database is down")
        return self.public


def outcome(public):
    message = SimpleNamespace(method="GET", url="https://example.org/", headers={})
    signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys(None))
    signer.sign(message, key_id="1", created=datetime.now(timezone.utc), covered_component_ids=("@method",))
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys(public))
    try:
        verifier.verify(message)
    except Exception as error:
        return type(error).__name__, type(error.__cause__).__name__, isinstance(error, InvalidSignature)
    return "verified", "", False


assert outcome(key.public_key())[0] == "verified"
down, forged = outcome(None), outcome(other.public_key())
print(f"ConnectionError -> {down[0]}, cause {down[1]}")
print(f"forged -> {forged[0]}, cause {forged[1]}")
assert down == ("InvalidSignature", "ConnectionError", True), down
assert forged[2], forged
PYTHON
