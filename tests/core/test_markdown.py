"""Is Markdown written the same in both parts, and do values stay text whatever they are?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core import markdown
from mailbot.core.markdown import Marks
from mailbot.core.values import Barras, Link


def everywhere(_: str) -> bool:
    return True


def both(source: str, *values: str | Link | Barras) -> tuple[str, str]:
    """Render with ``{0}``, ``{1}``… standing for values."""
    marks = Marks()
    root = markdown.tree(source.format(*(marks.put(v) for v in values)))
    return markdown.to_html(root, marks, everywhere), markdown.to_text(root, marks, everywhere)


def test_paragraphs_lists_steps_and_notes() -> None:
    html, text = both("# Título\n\nUno *dos*\n**tres**.\n\n- a\n- b\n\n> nota\n\n---\n\nfin\\\nfin")
    assert html == (
        "<h1>Título</h1>\n<p>Uno <em>dos</em>\n<strong>tres</strong>.</p>\n"
        "<ul><li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n"
        '</ul>\n<div class="nota"><p>nota</p>\n</div>\n<div class="raya"></div>\n<p>fin<br>\nfin</p>\n'
    )
    assert text == f"Título\n\nUno dos tres.\n\n- a\n- b\n\nnota\n\n{'-' * 40}\n\nfin\nfin\n"


def test_a_link_alone_is_a_button_and_within_words_a_link() -> None:
    html, text = both("[Abrir]({0})\n\nEntra [aquí]({0}) o en {0}.", Link("la página", "https://x.mx/?a=1&b=2"))
    assert '<td class="boton-celda" align="center"><a class="boton" href="https://x.mx/?a=1&amp;b=2">Abrir</a>' in html
    assert '<a class="liga" href="https://x.mx/?a=1&amp;b=2">aquí</a>' in html
    assert text == "Abrir: https://x.mx/?a=1&b=2\n\nEntra aquí (https://x.mx/?a=1&b=2) o en la página.\n"


def test_steps_keep_their_numbers_and_what_stands_below_them() -> None:
    html, text = both("3. Uno.\n\n   [Abrir](https://x.mx)\n\n4. Dos.")
    assert text == "3. Uno.\n\n   Abrir: https://x.mx\n\n4. Dos.\n"
    assert html.count('<div class="disco">') == 2
    assert '<div class="disco">3</div>' in html


def test_a_chart_is_bars_in_both_parts() -> None:
    html, text = both("{0}", Barras((("alta", 4), ("<b>", 0))))
    assert text == "alta  ████████████████ 4\n<b>   █ 0\n"
    assert 'width="100%" cellpadding' in html
    assert "&lt;b&gt;" in html


def test_a_link_that_is_not_allowed_keeps_only_its_words() -> None:
    root = markdown.tree("[Abrir](https://evil.example)\n\nver [otra](https://evil.example) <https://evil.example>")
    html = markdown.to_html(root, Marks(), lambda _: False)
    assert html == "<p>Abrir</p>\n<p>ver otra https://evil.example</p>\n"


@pytest.mark.parametrize(
    "source", ["{0}", "**{0}**", "- {0}", "# {0}", "> {0}", "1. {0}", "[{0}](https://x.mx)", "a {0} b"]
)
@settings(max_examples=40, deadline=None)
@given(
    value=st.one_of(
        st.text(max_size=80),
        st.sampled_from(["[x](https://e.example)", "</p><b>", "# a\n\n1. b", "\ue000\ue010\ue001"]),
    )
)
def test_the_shape_of_a_page_does_not_depend_on_its_values(source: str, value: str) -> None:
    """By construction, before any cleaning: the same source gives the same tags."""

    def shape(html: str) -> str:
        return "".join(part.split(">")[0] + ">" for part in html.split("<")[1:])

    assert shape(both(source, value)[0]) == shape(both(source, "inocente")[0])


def test_a_value_is_escaped_in_html_and_plain_in_text() -> None:
    assert both("{0}", "<b>&\"' *x* {1}") == ("<p>&lt;b&gt;&amp;&quot;&#x27; *x* {1}</p>\n", "<b>&\"' *x* {1}\n")


def test_a_text_value_in_the_place_of_a_target_goes_nowhere() -> None:
    html, text = both("[Abrir]({0}) y [ver](https://x.mx/{0})", "https://evil.example")
    assert html == "<p>Abrir y ver</p>\n"
    assert text == "Abrir y ver\n"


def test_html_pictures_and_code_in_a_template_are_words() -> None:
    html, _ = both("<script>x</script> ![p](https://x.mx/p.png) `c`\n\n    sangría\n\n<div>")
    assert "<script" not in html
    assert "<img" not in html
    assert "<div>" not in html
    assert "<code" not in html
