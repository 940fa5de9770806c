import hashlib
import hmac
import re
import time


def verify_webhook(body: bytes, signature: str, secret: str, tolerance: int = 300) -> bool:
    """Whether the signature in X-Verifa-Signature fits the raw body and is not older than the tolerance in seconds."""
    match = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signature)
    if match is None or abs(time.time() - int(match[1])) > tolerance:
        return False
    expected = hmac.new(secret.encode(), match[1].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, match[2])
