"""Is this link a file that somebody left in a cloud drive, where we cannot and must not fetch it?"""

from __future__ import annotations

import re

# A host or any host under it. The office's own form lives at docs.google.com/forms, which is no file.
HOSTS = (
    "drive.google.com", "docs.google.com", "photos.google.com", "photos.app.goo.gl", "onedrive.live.com", "1drv.ms",
    "1drv.com", "sharepoint.com", "dropbox.com", "db.tt", "dropboxusercontent.com", "icloud.com", "wetransfer.com",
    "we.tl", "mega.nz", "mega.io", "mega.co.nz", "mediafire.com", "box.com", "drive.proton.me", "terabox.com",
    "1024terabox.com", "acrobat.adobe.com", "documentcloud.adobe.com", "adobe.ly", "smallpdf.com", "ilovepdf.com",
    "fromsmash.com", "sendgb.com", "filemail.com", "scribd.com", "degoo.com", "pcloud.com", "disk.yandex.com",
)  # fmt: skip
_NO_FILES = ("docs.google.com/forms",)
_BETWEEN = re.compile(r"[\s<>()\[\]\"'|*]+")


def cloud_host(link: str) -> str | None:
    """Return the cloud host that a link points to, or None."""
    bare = link.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    host = re.split(r"[/?#:]", bare, maxsplit=1)[0]
    if bare.startswith(_NO_FILES) or bare == host or "@" in host:
        return None
    return next((h for h in HOSTS if host == h or host.endswith("." + h)), None)


def has_cloud_link(text: str) -> bool:
    return any("." in token and cloud_host(token[:3000]) for token in _BETWEEN.split(text))
