"""A value's line ends in paper; where it does not, some of it may not be seen."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from mailbot.shell.line_ends import goes_on, stands_last
from mailbot.shell.text_lines import Corners

LINE: Corners = ((100.0, 50.0), (300.0, 50.0), (300.0, 90.0), (100.0, 90.0))
Box = tuple[int, int, int, int]


def ends(*more: Box, ground: Box | None = None, line: Corners = LINE, others: tuple[Corners, ...] = ()) -> bool:
    """Whether a line with letters from 110 to 290 goes on, on a page with more ink and perhaps another ground."""
    even = Image.new("RGB", (500, 140), "white")
    for x in range(110, 290, 20):
        ImageDraw.Draw(even).rectangle((x, 58, x + 8, 82), fill="black")
    for box in more:
        ImageDraw.Draw(even).rectangle(box, fill="black")
    raw = even.copy()
    if ground is not None:
        ImageDraw.Draw(raw).rectangle(ground, fill=(120, 90, 70))
    return goes_on(np.asarray(raw), np.asarray(even), line, 0.0, 1.0, others)


def test_a_line_ends_in_paper() -> None:
    assert not ends()


def test_letters_beyond_its_end_are_its_own() -> None:
    assert ends((302, 58, 312, 82))
    assert ends((88, 58, 98, 82))


def test_a_rule_or_a_line_that_was_read_by_itself_is_none_of_its_own() -> None:
    assert not ends((308, 0, 310, 139))
    other: Corners = ((302.0, 50.0), (400.0, 50.0), (400.0, 90.0), (302.0, 90.0))
    assert not ends((306, 58, 318, 82), others=(other,))


def test_a_frame_close_above_a_line_is_none_of_its_own_and_the_bar_of_a_letter_is() -> None:
    assert not ends((0, 53, 499, 55))
    assert ends((302, 53, 316, 56), (308, 53, 310, 82))


def test_dots_that_lead_to_a_value_or_make_a_grey_are_no_letters_of_it_and_a_hyphen_is() -> None:
    leaders = [(x, 78, x + 2, 80) for x in range(80, 98, 6)]
    assert not ends(*leaders)
    assert not ends((80, 77, 98, 80))  # the same, blurred
    assert not ends((304, 55, 306, 57), (312, 66, 314, 68), (318, 84, 320, 86))
    assert ends((304, 68, 316, 71))


def test_under_a_finger_or_beyond_the_pictures_edge_it_may_go_on() -> None:
    assert ends(ground=(301, 0, 400, 139))
    assert ends(line=((100.0, 50.0), (498.0, 50.0), (498.0, 90.0), (100.0, 90.0)))


def test_an_end_within_the_line_is_not_looked_at() -> None:
    page = np.full((140, 500, 3), 255, np.uint8)
    edge: Corners = ((0.0, 50.0), (499.0, 50.0), (499.0, 90.0), (0.0, 90.0))
    assert not goes_on(page, page, edge, 0.2, 0.8, ())


def test_what_stands_last_on_a_paper_or_above_a_screens_bar_may_go_on_below() -> None:
    page = np.full((300, 500, 3), 250, np.uint8)
    assert not stands_last(page, LINE)
    assert stands_last(page[:110], LINE)
    barred = page.copy()
    barred[105:] = 60
    assert stands_last(barred, LINE)
    barred[105:125] = 60  # a bar of the paper's own
    barred[125:] = 250
    assert not stands_last(barred, LINE)


def test_paper_goes_on_where_a_hands_shadow_begins_below_a_line() -> None:
    light = np.interp(np.arange(300), (90, 190), (250, 150))
    page = np.repeat(np.repeat(light[:, None, None], 500, axis=1), 3, axis=2).astype(np.uint8)
    assert not stands_last(page, LINE)
    page[115:] = 80
    assert stands_last(page, LINE)


def test_paper_is_no_other_below_a_line_that_begins_in_the_dark() -> None:
    light = np.interp(np.arange(500), (100, 300), (150, 250))
    page = np.repeat(np.repeat(light[None, :, None], 300, axis=0), 3, axis=2).astype(np.uint8)
    assert not stands_last(page, LINE)
