"""Reading the body of a request, kept no further than a limit."""

from typing import Final

from fastapi import Request

MAX_DISCARDED_BYTES: Final = 32 * 1024 * 1024
"""How much of a body that is too large is read and thrown away, so that its sender reads why."""


async def read_within(request: Request, max_bytes: int) -> bytes | None:
    """The body; None if it is larger than ``max_bytes``."""
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_DISCARDED_BYTES:
            break
        if size <= max_bytes:
            body += chunk
    return None if size > max_bytes else bytes(body)
