"""Files that are sent to be imported: kept in a folder of their own for as long as the request.

The name of a file is ours, by its media type: what a stranger calls it leads nowhere.
"""

import tempfile
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi import Request

from issuer.api.errors import ApiBodyTooLarge, MediaTypeWrong, UploadsUnderWay
from issuer.web.bodies import MAX_DISCARDED_BYTES

MAX_UPLOADS: Final = 4
"""Files that one process takes at once: bounds disk space and threads."""


@dataclass(frozen=True)
class UploadSlots:
    """Room for so many uploads at once."""

    slots: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAX_UPLOADS)
    )

    def take(self) -> None:
        """Take a slot; ``slots.release`` gives it back.

        Raises:
            UploadsUnderWay: there is none free.
        """
        if not self.slots.acquire(blocking=False):
            raise UploadsUnderWay(
                f"{MAX_UPLOADS} files are being imported already.", "Send it when one is done."
            )


@dataclass(frozen=True, eq=False)  # FastAPI keeps what is depended on by its hash
class Upload:
    """Reads the body into a file; ``Depends(Upload(…))`` also puts it into OpenAPI.

    It stands after the caller in an endpoint's parameters, so that who may not call sends nothing.

    Attributes:
        names: media types that are taken, each with the name that the file gets.
        max_bytes: the largest.
    """

    names: Mapping[str, str]
    max_bytes: int

    async def __call__(self, request: Request) -> AsyncIterator[Path]:
        """The file, there until the answer is made.

        Raises:
            MediaTypeWrong: it is of a kind that is not taken.
            ApiBodyTooLarge: it is larger than max_bytes.
            UploadsUnderWay: too many are sent at once.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in self.names:
            kinds = " or ".join(self.names)
            raise MediaTypeWrong("The file is not sent as what it is.", f"Send it as {kinds}.")
        room: UploadSlots = request.app.state.api.uploads
        room.take()
        try:
            with tempfile.TemporaryDirectory(prefix="touchstone-upload-") as folder:
                path = Path(folder) / self.names[kind]
                await self._write(request, path)
                yield path
        finally:
            room.slots.release()

    async def _write(self, request: Request, path: Path) -> None:
        size = 0
        with path.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > self.max_bytes + MAX_DISCARDED_BYTES:
                    break
                if size <= self.max_bytes:
                    file.write(chunk)
        if size > self.max_bytes:
            limit = f"{self.max_bytes / 2**20:g} MiB"
            raise ApiBodyTooLarge(f"The file is larger than {limit}.", "Send it in parts.")
