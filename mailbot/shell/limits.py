"""How much one document may cost: bytes, pages, seconds, memory, answer (config.toml, section [limits])."""

from __future__ import annotations

from dataclasses import dataclass

KILOBYTE = 1024
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The reader's part of [limits]; 0 means no limit."""

    attachment_mb: int = 10
    pages: int = 20
    reader_seconds: int = 20
    reader_memory_mb: int = 1024
    ocr_memory_mb: int = 2560
    reader_answer_kb: int = 1000  # the marked picture, 150 KB, is 200 KB in base64; the fields are a few KB

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 0:
                raise ValueError(f"limits.{name} cannot be negative")

    def allows_size(self, size: int) -> bool:
        """Tell whether an attachment of so many bytes is read at all."""
        return self.attachment_mb == 0 or size <= self.attachment_mb * MEGABYTE

    @property
    def most_read(self) -> int:
        """How many bytes of a file tell that it is too large; 0: there is no limit."""
        return self.attachment_mb * MEGABYTE + 1 if self.attachment_mb else 0

    def allows_answer(self, size: int) -> bool:
        """Tell whether a child may answer with so many bytes."""
        return self.reader_answer_kb == 0 or size <= self.reader_answer_kb * KILOBYTE

    @classmethod
    def of(cls, section: object) -> Limits:
        """Take the reader's part out of config.toml's section [limits]."""
        return cls(**{name: int(getattr(section, name)) for name in cls.__slots__})
