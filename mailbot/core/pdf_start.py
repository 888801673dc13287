"""Where does a PDF begin in a file? Before it may stand what a server, a mail gateway or a Mac glued on.

A file that is something else first (a picture, a ZIP) is that: whoever asks looks at the first bytes before.
"""

from __future__ import annotations

import re

HEADER_WITHIN = 65_536
"""Bytes before the header that are passed over: MacBinary puts 128, a mail or HTTP server up to 8 kB of headers, a
page of warnings some tens of kB. Readers promise one kilobyte only (ISO 32000-1, implementation note 13)."""
OBJECT_WITHIN = 4096  # bytes from the header to the first object; between them is a line or two of comments
_BLANK = b"\xef\xbb\xbf\x00\t\r\n\x0c "
_HEADER = b"%PDF-"
# An object as it is written in a file; a web page that shows one has &lt;&lt;.
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\s*<<")


def pdf_start(data: bytes) -> int | None:
    """Return where the header of a PDF stands; None where none is, or where a text only speaks of it."""
    head = data[: HEADER_WITHIN + len(_HEADER)]
    at = head.find(_HEADER)
    if at < 0:
        return None
    begins = not head[:at].strip(_BLANK)
    return at if begins or _OBJECT.search(data, at, at + OBJECT_WITHIN) else None


def from_header(data: bytes) -> bytes:
    """Return a PDF without what stands before its header: parsers look for it in one kilobyte only."""
    return data[pdf_start(data) or 0 :]
