"""Which parts of a page are not the holder's: beneficiaries and the seal, from their headings on."""

from __future__ import annotations

from collections.abc import Sequence

from mailbot.core import labels
from mailbot.core.places import neighbours, one_start, overlap, same_type
from mailbot.core.printed import is_placeholder
from mailbot.core.sheet import Segment, Sheet
from mailbot.core.spanish import compact

# After a heading of beneficiaries, what can only be the holder's or the employer's again.
_ENDS_BENEFICIARIES = labels.EMPLOYER | {labels.PATRONES, labels.ASEGURADO, labels.SELLO}
_ENDS_SEAL = labels.EMPLOYER | {labels.PATRONES, labels.ASEGURADO}
_ALIGNED = 1.5  # points
_ANSWERED = 2  # labels, each with its text, that show a column to be of its own


def holders_part(sheets: list[Sheet]) -> tuple[list[Sheet], bool]:
    """Return the pages without beneficiaries and seal; a section goes on over the page's end."""
    section: str | None = None
    listed = False
    kept: list[Sheet] = []
    for sheet in sheets:
        rows: list[tuple[Segment, ...]] = []
        right = float("inf")  # where beneficiaries stand beside the holder's part, in a column of their own
        heading: Segment | None = None
        theirs: list[Segment] = []
        for number, whole in enumerate(sheet.rows):
            row = tuple(s for s in whole if s.x0 < right)
            before = section
            if section is None and (edge := _begins_beside_the_holder(sheet, number)) < right:
                right = edge
                row = tuple(s for s in row if s.x0 < right)
            section = _section_after(tuple(s for s in _with_its_label(sheet, number) if s.x0 < right), section)
            if section == labels.BENEFICIARIOS and _turns_to_the_holder(sheet, number):
                section = None
            if before == labels.BENEFICIARIOS and section is None and heading is not None:
                right = min(right, _column_beside(row, heading, theirs))
                row = tuple(s for s in row if s.x0 < right)
            begun = [heading] if heading is not None and before == labels.BENEFICIARIOS else []
            own = [s for s in row if s.kind == labels.BENEFICIARIOS]  # "Parentesco" is a column of theirs
            heading = min([*begun, *own], key=lambda s: s.x0, default=heading)
            nobody = section == labels.BENEFICIARIOS and _says_nobody(sheet, number)
            if section == labels.BENEFICIARIOS:
                listed = listed or _is_a_person(row)
                theirs += [s for s in row if s is not heading]
            seal_line = sum(w.text.count("|") for s in row for w in s.words if w.text != "|") >= 2
            rows.append(() if section is not None or seal_line else row)
            section = None if nobody else section
        kept.append(Sheet(sheet.page, tuple(rows)))
    return kept, listed


def _with_its_label(sheet: Sheet, number: int) -> tuple[Segment, ...]:
    """Return a row with what stands beside it a little lower: a label of two lines, its value in the middle."""
    row = sheet.rows[number]
    if not row:
        return row
    lower = [s for following in sheet.rows[number + 1 : number + 3] for s in following if overlap(s, row[0]) >= 0.4]
    return (*row, *lower)


def _begins_beside_the_holder(sheet: Sheet, number: int) -> float:
    """Return where a column of their own begins that a heading of beneficiaries or the seal is the first text of.

    Left of it the holder's part goes on, each label with its text, and so far down no text runs over the edge.
    """
    headings = (s for s in _with_its_label(sheet, number) if s.kind in (labels.BENEFICIARIOS, labels.SELLO))
    heading = next(headings, None)
    if heading is None:
        return float("inf")
    edge = heading.x0 - _ALIGNED
    left = [s for below in sheet.rows[number:] for s in below if s.label is not None and s.x1 < edge]
    answered = [s for s in left if (t := _right_of(sheet, s)) is not None and t.label is None and t.x1 < edge]
    headers = [s for s in left if s not in answered and s.row == heading.row and same_type(s, heading)]
    if headers or len(answered) < _ANSWERED or not any(s.kind in labels.READ for s in left):
        return float("inf")
    beside = [s for below in sheet.rows[number : left[-1].row + 1] for s in below]
    right = [s for s in beside if s.x1 > edge]
    clean = min(s.x0 for s in right) > edge
    return edge if clean and sum(one_start(s, heading) for s in right) > 1 else float("inf")


def _right_of(sheet: Sheet, label: Segment) -> Segment | None:
    return next((t for t in neighbours(sheet, label) if t.x0 >= label.x1 - 1), None)


def _column_beside(row: tuple[Segment, ...], heading: Segment, theirs: Sequence[Segment]) -> float:
    """Return where the beneficiaries' column begins, if what ends their section stands wholly left of it.

    A column begins where its heading does, or has it in its middle; a heading in the middle of the page has neither.
    """
    ends = [s for s in row if s.kind in _ENDS_BENEFICIARIES]
    column = [s for s in (*theirs, *row) if s.x1 > heading.x0 and not is_placeholder(s.text)]
    if not ends or not column or max(s.x1 for s in ends) >= heading.x0:
        return float("inf")
    x0, x1 = min(s.x0 for s in column), max(s.x1 for s in column)
    left, middle = abs(x0 - heading.x0), abs(x0 + x1 - heading.x0 - heading.x1) / 2
    return min(x0, heading.x0) if min(left, middle) < _ALIGNED else float("inf")


def _section_after(row: tuple[Segment, ...], section: str | None) -> str | None:
    kinds = {s.kind for s in row}
    if labels.BENEFICIARIOS in kinds:
        return labels.BENEFICIARIOS
    if any(s.kind == labels.SELLO for s in row):
        return labels.SELLO
    if section == labels.BENEFICIARIOS and (kinds & _ENDS_BENEFICIARIES or _issue_label(row)):
        return None
    if section == labels.SELLO and (kinds & _ENDS_SEAL):
        return None
    return section


def _issue_label(row: tuple[Segment, ...]) -> bool:
    return any(s.kind == labels.FECHA and s.label is not None and s.label.tier == 1 for s in row)


def _turns_to_the_holder(sheet: Sheet, number: int) -> bool:
    """Tell whether a line is only "Asegurado", and labels follow: a heading, and no label of a name."""
    row = sheet.rows[number]
    following = next((below for below in sheet.rows[number + 1 :] if below), ())
    alone = len(row) == 1 and row[0].kind == labels.NOMBRE and row[0].label != labels.Label(labels.NOMBRE)
    return alone and not row[0].colon and bool(following) and following[0].label is not None


def _says_nobody(sheet: Sheet, number: int) -> bool:
    """Tell whether a line says that there are no beneficiaries: in words, beside or below their heading or headers."""
    row = sheet.rows[number]
    texts = [s for s in row if s.label is None]
    if not texts or not all(is_placeholder(s.text) and compact(s.text) for s in texts):
        return False
    beside = [s for s in row if s.label is not None]
    above = next((upper for upper in reversed(sheet.rows[:number]) if upper), ())
    if not beside and len(above) > 1 and all(s.label is not None for s in above):
        return True
    return any(s.kind == labels.BENEFICIARIOS and compact(s.text) != "parentesco" for s in beside or above)


def _is_a_person(row: tuple[Segment, ...]) -> bool:
    """Tell whether a line of the section lists someone: any text but labels and "NO APLICA"."""
    return any(s.label is None and not is_placeholder(s.text) and len(compact(s.text)) > 3 for s in row)
