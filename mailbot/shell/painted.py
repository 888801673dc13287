"""Every object of a page in the order in which it is painted, those inside forms too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

FORM_DEPTH = 4  # forms inside forms; scanners and print drivers wrap a page once or twice

Forms = tuple[Any, ...]
"""The matrices (FS_MATRIX) of the forms that an object is in, from the inside out."""


def painted(page: Any, most: int) -> Iterator[tuple[Any, int, Forms]]:
    """Yield each object with its kind and its forms; no more than ``most`` objects are looked at, forms among them.

    A form is not yielded but walked, unless it lies too deep.
    """
    from pypdfium2 import raw

    everything = _walk(page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, (), FORM_DEPTH)
    for item, kind, forms, walked in islice(everything, most):
        if not walked:
            yield item, kind, forms


def _walk(holder: Any, count: Any, get: Any, forms: Forms, depth: int) -> Iterator[tuple[Any, int, Forms, bool]]:
    from pypdfium2 import raw

    for index in range(count(holder)):
        item = get(holder, index)
        kind = raw.FPDFPageObj_GetType(item)
        enters = kind == raw.FPDF_PAGEOBJ_FORM and depth > 0
        yield item, kind, forms, enters
        if enters:
            matrix = raw.FS_MATRIX()
            raw.FPDFPageObj_GetMatrix(item, matrix)
            yield from _walk(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, (matrix, *forms), depth - 1)
