"""Words stand where the ink does, on a page made straight."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mailbot.shell.recogniser import Letter
from mailbot.shell.text_lines import (
    Corners,
    Line,
    Piece,
    cut,
    from_left_to_right,
    lies_on_its_side,
    parted,
    pieces_of,
    sizes_of_print,
    straightener,
    turned,
    words_of,
)


def printed(*blocks: tuple[int, int], wide: int = 400) -> np.ndarray:
    """A line, 48 pixels high, with ink from so far to so far."""
    image = Image.new("RGB", (wide, 48), "white")
    for left, right in blocks:
        ImageDraw.Draw(image).rectangle((left, 10, right, 37), fill="black")
    return np.asarray(image)


def letters(text: str, *middles: int, wide: int = 400) -> list[Letter]:
    return [Letter(char, at / wide, 0.99) for char, at in zip(text, middles, strict=True)]


def texts(text: str, blocks: list[tuple[int, int]]) -> list[str]:
    """The words of a line whose letters stand in the middle of so many blocks of ink."""
    return [p.text for p in pieces_of(letters(text, *((a + b) // 2 for a, b in blocks)), printed(*blocks))]


def test_a_word_goes_from_its_first_ink_to_its_last() -> None:
    found = pieces_of(letters("AB C", 30, 60, 80, 130), printed((20, 40), (45, 75), (110, 150)))
    assert [(p.text, round(p.left * 400), round(p.right * 400)) for p in found] == [("AB", 20, 76), ("C", 110, 151)]


def test_a_space_that_was_not_read_is_found_by_its_gap() -> None:
    assert texts("OMEX", [(10, 30), (50, 70), (75, 95), (100, 120)]) == ["O", "MEX"]
    assert texts("OMEX", [(10, 30), (38, 58), (63, 83), (88, 108)]) == ["OMEX"]


def test_a_gap_as_wide_as_the_lines_own_spaces_is_one_if_the_model_missed_it() -> None:
    blocks = [(10, 30), (34, 54), (66, 86), (90, 110), (122, 142), (146, 166)]
    read = [
        Letter(c, at / 400, 0.99) for c, at in zip("DE RLCV", (20, 44, 60, 76, 100, 132, 156), strict=True)
    ]
    assert [p.text for p in pieces_of(read, printed(*blocks))] == ["DE", "RL", "CV"]
    unspaced = [letter for letter in read if letter.char != " "]
    assert [p.text for p in pieces_of(unspaced, printed(*blocks))] == ["DERLCV"]


def test_digits_of_a_typewriter_stand_far_apart_and_are_one_number() -> None:
    assert texts("118", [(10, 20), (34, 44), (58, 68)]) == ["118"]
    read = letters("1 18", 15, 27, 39, 63)  # a space that is none
    assert [p.text for p in pieces_of(read, printed((10, 20), (34, 44), (58, 68)))] == ["118"]
    assert texts("LIM", [(10, 20), (34, 44), (58, 68)]) == ["L", "I", "M"]


def test_dots_lead_from_a_label_to_its_value() -> None:
    blocks = [(10, 30), (34, 36), (40, 42), (48, 68), (73, 78)]
    assert texts("O..SI", blocks) == ["O..", "SI"]
    assert texts("A.DSI", [(10, 30), (34, 36), (42, 62), (67, 72), (76, 80)]) == ["A.DSI"]


def test_a_colon_before_a_value_is_its_labels_and_no_word() -> None:
    assert texts(":ABC", [(10, 12), (40, 60), (65, 85), (90, 110)]) == ["ABC"]


def test_no_space_stands_before_a_full_stop() -> None:
    found = pieces_of(letters("H .A", 20, 45, 55, 110), printed((10, 30), (53, 57), (100, 120)))
    assert [p.text for p in found] == ["H.", "A"]
    assert texts("SA.V", [(10, 30), (34, 54), (70, 74), (90, 110)]) == ["SA.V"]
    assert texts("SA,V", [(10, 30), (34, 54), (70, 74), (90, 110)]) == ["SA,", "V"]


def test_the_last_dots_of_a_leader_are_no_part_of_the_value() -> None:
    read = letters("N: .. .SI", 15, 27, 60, 70, 80, 90, 100, 110, 120)
    assert [p.text for p in pieces_of(read, printed((10, 30), (105, 125)))] == ["N:", "SI"]


def test_a_colon_after_a_word_ends_it_and_that_of_a_clock_does_not() -> None:
    blocks = [(10 + 20 * i, 26 + 20 * i) for i in range(5)]
    assert texts("NS:43", blocks) == ["NS:", "43"]
    assert texts("10:42", blocks) == ["10:42"]


def flat(left: float, middle: float, right: float, slope: float = 0.0) -> Corners:
    far = middle + slope * (right - left)
    return (left, middle - 5), (right, far - 5), (right, far + 5), (left, middle + 5)


def test_two_cells_that_overlap_part_in_the_paper_between() -> None:
    page = np.full((100, 400, 3), 255, np.uint8)
    for left, right in ((20, 26), (28, 34), (44, 50), (52, 58)):  # "DE CO", half of the E in both
        page[46:54, left:right] = 0
    first, second = parted(page, [flat(17, 50, 38), flat(31, 50, 61)])
    assert 35 <= first[1][0] <= 43
    assert second[0][0] == pytest.approx(first[1][0])
    inside = [flat(17, 50, 61), flat(31, 50, 50)]
    assert parted(page, inside) == inside
    below = [flat(17, 50, 38), flat(31, 60, 61)]
    assert parted(page, below) == below


def test_lines_that_converge_as_on_a_photo_become_level() -> None:
    lines = [flat(100, y, 900, 0.04 - 0.00005 * y) for y in range(100, 1200, 40)]
    straight = straightener(lines)
    off = [straight(line[1])[1] - straight(line[0])[1] for line in lines]
    assert max(map(abs, off)) < 1.5
    assert max(abs(line[1][1] - line[0][1]) for line in lines) > 25


def test_words_stand_in_points_and_lines_of_about_one_size_have_one_size() -> None:
    heights = sizes_of_print([30, 32, 35, 27, 60])
    assert heights == [32, 32, 32, 32, 60]
    with_a_seal = [25, 25, 25, 34, 34, 34, 35, 36, 36, 40.5]
    assert set(sizes_of_print(with_a_seal)[3:]) == {35}  # "NOMBRE(S)", as its brackets reach, and not the seal
    line = Line(flat(100, 200, 500), (Piece((), 0.0, 0.25), Piece((), 0.5, 1.0)))
    first, second = words_of(line, lambda p: p, 0.5, 20)
    assert (first.x0, first.x1, second.x0, second.x1) == (50, 100, 150, 250)
    assert (first.top + first.bottom) / 2 == 100
    assert first.bottom - first.top == pytest.approx(9)


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_line_is_found_again_on_the_turned_page(quarter: int) -> None:
    page = np.full((300, 200, 3), 255, np.uint8)
    page[100:120, 30:60] = 0
    line: Corners = ((20, 95), (180, 95), (180, 125), (20, 125))
    before = cut(page, line, 0)
    # lay the page on its side or head first, then turn it back as the reader does
    laid = np.ascontiguousarray(np.rot90(page, -quarter // 90))
    high, wide = laid.shape[:2]
    lain = turned(line, 360 - quarter, 200, 300) if quarter != 180 else turned(line, 180, 200, 300)
    back = turned(lain, quarter, wide, high)
    assert back == line
    assert np.array_equal(cut(np.ascontiguousarray(np.rot90(laid, quarter // 90)), back, 0), before)


def test_a_line_runs_to_the_right_in_whatever_order_its_corners_come() -> None:
    line = flat(10, 50, 200, 0.1)
    a, b, c, d = line
    assert {from_left_to_right(w) for w in ((a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c))} == {line}


def test_a_page_lies_on_its_side_if_its_lines_do() -> None:
    level = [flat(10, y, 200) for y in range(20, 200, 20)]
    upright: list[Corners] = [((x, 10), (x + 10, 10), (x + 10, 200), (x, 200)) for x in range(20, 200, 20)]
    assert not lies_on_its_side(level)
    assert lies_on_its_side(upright)
