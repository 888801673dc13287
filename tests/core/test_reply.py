"""Does each reply say what it should, and can nothing in a mail change more than words of it?"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.core.reply import (
    STEMS,
    TemplateProblems,
    allow_list,
    answer_problems,
    parse_templates,
    render,
    shadow,
)
from mailbot.core.samples import bare_values, full_values, sample_buttons, sample_office, sample_values, typical_values
from mailbot.core.values import NAMES, Fila, Link, StaffBlock, Values

ROOT = Path(__file__).parent.parent.parent
EXPECTED = ROOT / "tests" / "corpus" / "replies"
TEXTS = {f.name: f.read_text(encoding="utf-8") for f in sorted((ROOT / "templates" / "email").iterdir())}
OFFICE = replace(sample_office(), notice="")
TEMPLATES = parse_templates(TEXTS, OFFICE)
UNASKED = {"recordatorio_confirmacion", "recordatorio_baja", "cierre", "aviso_personal", "resumen"}
TO_STAFF = {"aviso_personal", "resumen"}
REPLIES = [s for s in STEMS if s not in UNASKED]

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "**[haz clic](https://evil.example/x)**",
    "![](https://evil.example/p.png)",
    "<https://evil.example>",
    "https://evil.example/form",
    "evil.example",
    "www.evil.example",
    "evil。example",
    "ana@evil.example",
    "mailto:ana@evil.example",
    "{{ 7*7 }}{% for x in range(10**9) %}a{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "Ana\r\nBcc: otra@evil.example",
    "\u202eana\u202c\u200b\u2066x\u2069",
    "\ue000\ue010\ue001",
    "# Título\n\n1. uno\n\n---\n\n> cita",
    "`código` ~~tachado~~ | tabla |",
    "a" * 10_000,
    "\\<b\\> &lt;b&gt; &#60;b&#62;",
    '" onmouseover="alert(1)',
    "llama al 442 123 4567 o 4421234567",
    "43160885380",
    "GAPX080825MQTRXMA2",
    "javascript:alert(1)",
    "\x00\x1b[31mrojo\x07",
]


class _Page(HTMLParser):
    """Everything in a page that could act: tags, attributes, link targets."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(k for k, _ in attrs)))
        self.targets += [v or "" for k, v in attrs if k in {"href", "src", "action", "background"}]

    def handle_data(self, data: str) -> None:
        if self.shape and self.shape[-1][0] != "style":
            self.words.append(data)


def hostile_values(text: str) -> Values:
    """Put a text in every place of Values that a mail or a document can reach."""
    rows = (Fila("Nombre", text), Fila("Estado", text))
    return replace(
        full_values(),
        nombre=text, nss_final=text, estado=text, patron=text, documento=text, formato=text, faltantes=(text,),
        problemas=(text, "fecha_no_es_de_hoy"), leido=rows, motivo=text, plazo_persona=text, paso_provisional=text,
        siguiente_paso=text, titulo=text, detalles=rows, respuestas=(), imagen=b"png", imagen_alt=text,
        personal=StaffBlock(leido=rows, regla=text, dudas=(text,)),
    )  # fmt: skip


def rendered(stem: str) -> dict[str, str]:
    """Return the files that hold all that one template gives to a usual mail, and to one with every option."""
    usual = render(TEMPLATES, stem, typical_values(stem), OFFICE)
    full = render(TEMPLATES, stem, full_values(), OFFICE)
    return {
        f"{stem}.txt": f"Asunto: {usual.subject}\n\n{usual.text}",
        f"{stem}.html": usual.html,
        f"{stem}.completo.txt": f"Asunto: {full.subject}\n\n{full.text}",
    }


def problems_of(**changed: str) -> list[str]:
    """Parse the templates with some files replaced (``__`` stands for a dot)."""
    texts = TEXTS | {name.replace("__", "."): text for name, text in changed.items()}
    with pytest.raises(TemplateProblems) as caught:
        parse_templates(texts, OFFICE)
    return caught.value.problems


@pytest.mark.parametrize("stem", STEMS)
def test_each_reply_is_letter_by_letter_what_was_read_and_accepted(stem: str) -> None:
    """A change of words shows up here; `python -m tests.accept_replies` accepts it."""
    assert rendered(stem) == {
        name: (EXPECTED / name).read_text(encoding="utf-8") if (EXPECTED / name).exists() else "falta"
        for name in rendered(stem)
    }


def test_every_reply_of_the_contract_has_a_template_and_no_expected_file_is_left_over() -> None:
    assert set(STEMS) <= set(TEMPLATES.sheets)
    assert {f.name for f in EXPECTED.iterdir()} == {n for s in TEMPLATES.sheets for n in rendered(s)}


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(t[:24]) for t in HOSTILE])
def test_a_hostile_value_leaves_no_markup_link_or_control_character(stem: str, text: str) -> None:
    reply = render(TEMPLATES, stem, hostile_values(text), OFFICE)
    page, allowed = _Page(reply.html), allow_list(OFFICE)
    assert {tag for tag, _ in page.shape} <= {
        "html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "h2", "p", "a",
        "strong", "em", "ul", "li", "br", "img",
    }  # fmt: skip
    assert not [a for _, names in page.shape for a in names if a.startswith("on")]
    assert [t for t in page.targets if not allowed(t) and t != "cid:constancia"] == []
    for words in (reply.text, " ".join(page.words), reply.subject):
        assert stem in TO_STAFF or not re.search("evil[.。]example", words)  # staff may see who wrote
        assert not re.search(r"://evil|www\.evil|mailto:", words)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u200b\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]", words)
        assert not re.search(r"\*\*|\]\(|\{\{|\{%|<\w|javascript:|onerror=|onmouseover=", words)
        assert not re.search(r"43160885380|GAPX080825|4421234567", words)
        assert stem in TO_STAFF or "442 123 4567" not in words
    assert "\n" not in reply.subject
    assert len(reply.text) < 12_000


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.sampled_from(STEMS))
def test_any_text_leaves_only_the_links_of_the_template(text: str, stem: str) -> None:
    allowed = allow_list(OFFICE)
    page = _Page(render(TEMPLATES, stem, hostile_values(text), OFFICE).html)
    assert [t for t in page.targets if not allowed(t) and t != "cid:constancia"] == []
    assert "script" not in {tag for tag, _ in page.shape}


def test_a_value_is_greeted_only_where_it_is_a_name() -> None:
    def greeting(nombre: str | None) -> str:
        text = render(TEMPLATES, "cierre", replace(bare_values(), nombre=nombre), OFFICE).text
        return next(line for line in text.splitlines() if line.startswith("Hola"))

    assert [greeting(n) for n in ("XIMENA GARCÍA PEÑA", "ma. josé ríos", "JOSE ANGEL RUIZ", "Jean-luc Soto")] == [
        "Hola, Ximena:", "Hola, María:", "Hola, José:", "Hola, Jean-Luc:",
    ]  # fmt: skip
    assert {greeting(n) for n in (None, "", "l22140123", "ana@x.mx", "<b>Ana</b>", "DE LA O", "Ана", "A")} == {"Hola:"}


def test_a_company_name_has_no_dots_that_a_phone_would_link() -> None:
    text = render(
        TEMPLATES, "puedes_tener_ambos", replace(bare_values(), patron="VENTAS.COM, S.A. DE C.V."), OFFICE
    ).text
    assert "por tu trabajo (VENTASCOM, SA DE CV)" in text


def test_problems_say_what_their_own_templates_say_of_them_once_each() -> None:
    values = replace(bare_values(), problemas=("fecha_no_es_de_hoy", "con_contrasena", "fecha_no_es_de_hoy"))
    text = render(TEMPLATES, "no_es_la_constancia", values, OFFICE).text
    assert (
        "Además, en tu correo vimos esto:\n\n"
        "- La fecha de la constancia no es la del día; para la solicitud necesitas una descargada ese mismo día.\n"
        "- Un archivo pide contraseña y no lo pudimos abrir.\n" in text
    )


def test_an_answer_of_the_rules_keeps_its_links_and_its_values_stay_data() -> None:
    answer = "Entra a [la página]({{ liga_constancia }}), {{ nombre }}. **Listo.**"
    values = replace(bare_values(), nombre="ANA", respuestas=(answer,))
    reply = render(TEMPLATES, "como_empezar", values, OFFICE)
    assert f"Entra a la página ({OFFICE.links.constancia}), Ana. Listo." in reply.text
    assert "<strong>Listo.</strong>" in reply.html


def test_one_question_is_answered_in_under_150_words() -> None:
    answer = "palabra " * 60
    text = render(TEMPLATES, "como_empezar", replace(bare_values(), respuestas=(answer,)), OFFICE).text
    assert len(text.split()) < 150


@pytest.mark.parametrize("stem", [s for s in REPLIES if s != "ya_lo_recibimos"])
def test_every_answer_names_further_problems_and_answers_questions(stem: str) -> None:
    values = replace(bare_values(), problemas=("Otro problema más.",), respuestas=("Una respuesta.",))
    text = render(TEMPLATES, stem, values, OFFICE).text
    assert "- Otro problema más." in text
    assert "Una respuesta." in text


def test_an_emergency_is_answered_soberly_and_without_promises_of_others() -> None:
    values = replace(
        full_values(), urgente=True, problemas=(), respuestas=(), personal=None, ultimo_antes_del_tope=False
    )
    reply = render(TEMPLATES, "lo_revisa_una_persona", values, OFFICE)
    assert reply.subject == "Recibimos tu mensaje"
    assert reply.text.split("-- \n")[0] == (
        "El personal ya tiene tu mensaje\n\nHola, Ximena:\n\n"
        "Tu mensaje ya está con el personal del Departamento de Servicios Escolares, marcado como urgente. "
        "Te responde una persona lo antes posible, a más tardar el miércoles 25 de noviembre.\n\n"
        "Si no puedes esperar, llama al 442 000 0000 (lunes a viernes, de 9 a 18 h).\n\n"
    )
    no_phone = render(TEMPLATES, "lo_revisa_una_persona", values, replace(OFFICE, phone="")).text
    assert "llama" not in no_phone
    assert "acude a la oficina de Servicios Escolares en horario de oficina, o pide a alguien que vaya" in no_phone


def test_the_words_of_the_guide_are_kept() -> None:
    def text(stem: str) -> str:
        return " ".join(render(TEMPLATES, stem, typical_values(stem), OFFICE).text.split())

    assert "LISTO!!!!!!, ya tienes seguro facultativo" in text("ya_tienes_seguro")
    assert "Este correo no es un comprobante oficial" in text("ya_tienes_seguro")
    assert "¡PUEDES TENER AMBOS SEGUROS!" in text("puedes_tener_ambos")
    same_day = "Llena el formulario hoy mismo con esta constancia; si lo haces otro día, descarga otra ese día."
    assert same_day in text("solicita_tu_alta")
    assert same_day in text("puedes_tener_ambos")
    assert "«debe coincidir con el día que realizas tu solicitud de alta»" in text("fecha_no_es_de_hoy")
    assert "«no se podrá aplicar tu solicitud. Evita enviar cualquier otro documento»" in text("no_es_la_constancia")
    assert "«Cualquier error que te aparezca en la página debes acudir a la delegación del IMSS más" in text(
        "imss_no_te_encuentra"
    )
    assert "entre tres y cinco días hábiles" in text("recordatorio_confirmacion") or "días hábiles" in text(
        "recordatorio_confirmacion"
    )


def test_only_the_last_four_of_an_nss_are_ever_shown() -> None:
    values = replace(full_values(), nss_final="43160885380", leido=(Fila("NSS", "43160885380"),))
    for stem in STEMS:
        assert "4316088538" not in render(TEMPLATES, stem, values, OFFICE).html


def test_the_notice_stands_above_and_the_cap_below_the_words_of_a_reply() -> None:
    office = replace(OFFICE, notice="Del 21 de diciembre al 6 de enero estamos de vacaciones.")
    text = render(TEMPLATES, "cierre", replace(bare_values(), ultimo_antes_del_tope=True), office).text
    assert text.index("vacaciones") < text.index("Hola:") < text.index("última respuesta automática")


def test_the_office_is_described_only_with_what_is_configured() -> None:
    office = replace(OFFICE, phone="", location="", opening="", links=replace(OFFICE.links, privacy=""))
    foot = render(TEMPLATES, "cierre", bare_values(), office).text.split("-- \n")[1]
    assert foot == (
        "Departamento de Servicios Escolares\nInstituto Tecnológico de Querétaro\n\n"
        "Este correo lo escribió un programa; si quieres que te atienda una persona, responde «quiero hablar con una "
        "persona».\n\nUsamos tus datos sólo para este trámite.\n"
    )


def test_the_calendar_file_comes_only_with_a_day_and_where_the_template_asks_for_it() -> None:
    with_day = replace(bare_values(), dia_confirmar=date(2026, 11, 30))
    calendars = {s: render(TEMPLATES, s, with_day, OFFICE).calendar for s in STEMS}
    assert {s for s, c in calendars.items() if c} == {
        "solicita_tu_alta", "puedes_tener_ambos", "fecha_no_es_de_hoy", "espera_unos_dias", "aun_no_aparece",
    }  # fmt: skip
    assert render(TEMPLATES, "solicita_tu_alta", bare_values(), OFFICE).calendar is None


def test_tap_buttons_open_a_prepared_answer_to_the_mailbox_itself() -> None:
    values = replace(bare_values(), botones=sample_buttons())
    reply = render(TEMPLATES, "solicita_tu_alta", values, OFFICE)
    taps = [t for t in _Page(reply.html).targets if t.startswith("mailto:")]
    assert taps[0] == (
        "mailto:dse_becas@queretaro.tecnm.mx?subject=Ya%20llen%C3%A9%20el%20formulario&body=Ya%20llen%C3%A9%20el%20"
        "formulario.%0D%0A%0D%0ANo%20borres%20esta%20l%C3%ADnea%2C%20por%20favor%3A%20Ref%3A%20MB-EJEMPLO234"
    )
    assert len(taps) == 3
    assert "Respóndenos con una de estas frases:\n\n«Ya llené el formulario»\n\n«Aún no»\n\n«Quiero" in reply.text


def test_the_digest_draws_its_chart_in_both_parts() -> None:
    reply = render(TEMPLATES, "resumen", typical_values("resumen"), OFFICE)
    assert (
        "solicita tu alta  ████████████████ 14\nya tienes seguro  █████ 5\ncon contraseña    ██ 2\n" in reply.text
    )
    assert 'width="35%"' in reply.html  # 5 of 14


def test_in_shadow_mode_both_parts_say_to_whom_it_would_have_gone() -> None:
    reply = shadow(
        render(TEMPLATES, "cierre", bare_values(), OFFICE), "ana@x.mx", ["personal@queretaro.tecnm.mx"], OFFICE
    )
    line = "SIMULACRO: este correo no se envió. Habría ido a ana@x.mx, con copia a personal@queretaro.tecnm.mx."
    assert reply.subject == "[SIMULACRO] Cerramos tu trámite por ahora"
    assert reply.text.startswith(f"{line}\n\n")
    assert reply.html.count(line) == 1
    assert shadow(reply, "<b>\r\nBcc: x", [], OFFICE).html.count("<b>") == 0


# --- mistakes in templates ------------------------------------------------------------------------------------------


def test_every_problem_of_every_file_is_said_at_once_with_its_line_and_a_suggestion() -> None:
    found = problems_of(
        cierre__md="---\nasunto: Hola\ntno: listo\n---\n\nHola, {{ nombr }}:\n\n{{ patron|uper }}\n",
        ya_tienes_seguro__md='---\nasunto:\ntono: feliz\n---\n{% if nombre %}\n',
        _saludo__md="{{ estdo }}\n",
        pide_tu_baja__md="Sin encabezado {{ fecha.yaer }}\n",
    )
    assert found == [
        "templates/email/_saludo.md:1: la variable «estdo» no existe; ¿quisiste decir «estado»?",
        "templates/email/cierre.md:3: «tno» no existe en el encabezado; ¿quisiste decir «tono»?",
        "templates/email/cierre.md:6: la variable «nombr» no existe; ¿quisiste decir «nombre»?",
        "templates/email/cierre.md:8: el filtro «uper» no existe; ¿quisiste decir «upper»?",
        "templates/email/pide_tu_baja.md:1: falta el encabezado: la primera línea debe ser «---»",
        "templates/email/pide_tu_baja.md:1: no existe «.yaer»",
        "templates/email/ya_tienes_seguro.md:1: falta «asunto:» en el encabezado",
        "templates/email/ya_tienes_seguro.md:3: «tono» no puede ser «feliz»; puede ser: listo, accion, espera, "
        "persona, sobrio, interno",
        "templates/email/ya_tienes_seguro.md:6: no se entiende: falta cerrar con {% endif %}",
    ]


def test_a_template_of_the_office_s_own_needs_no_more_than_a_subject_and_its_words() -> None:
    own = parse_templates(TEXTS | {"ya_tienes_seguro.md": "---\nasunto: Listo\n---\nYa tienes **seguro**.\n"}, OFFICE)
    asked = replace(bare_values(), problemas=("además viene tu CURP",), respuestas=("Tu clínica es la más cercana.",))
    reply = render(own, "ya_tienes_seguro", asked, OFFICE)
    assert (reply.subject, " ".join(reply.text.split("-- \n")[0].split())) == (
        "Listo",
        "Ya tienes seguro. Además, en tu correo vimos esto: - además viene tu CURP Sobre lo que preguntas "
        "Tu clínica es la más cercana.",
    )


def test_a_missing_template_piece_or_layout_is_named() -> None:
    texts = {n: t for n, t in TEXTS.items() if n not in {"cierre.md", "_pie.md", "_layout.html"}}
    with pytest.raises(TemplateProblems) as caught:
        parse_templates(texts)
    assert caught.value.problems == [
        "templates/email/cierre.md: falta esta plantilla",
        "templates/email/_pie.md: falta esta pieza",
        "templates/email/_layout.html: falta la hoja común",
    ]


def test_a_value_that_may_be_missing_must_be_asked_for_first() -> None:
    assert problems_of(cierre__md="---\nasunto: Hola\n---\n\nHola, {{ nombre }}.\n") == [
        "templates/email/cierre.md:5: muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}"
    ]


def test_a_mistake_in_a_piece_is_said_once_in_its_own_file() -> None:
    assert problems_of(
        _saludo__md="\nHola, {{ nombre }}:\n\n", _tope__md="{{ motivo }}\n", _pie__md="{{ telefono }}"
    ) == [
        "templates/email/_pie.md:1: muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}",
        "templates/email/_saludo.md:2: muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}",
        "templates/email/_tope.md:1: muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}",
    ]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{% for i in range(10**9) %}a{% endfor %}", "«for» sólo puede recorrer una de estas listas"),
        ("{% for c in correo %}a{% endfor %}", "«for» sólo puede recorrer una de estas listas"),
        ("{% set x = correo ~ correo %}", "no se permite «{% set %}»"),
        ("{{ 'a' * 1000000000 }}", "no se permite «hacer cuentas»"),
        ("{{ lipsum() }}", "no se permite «llamar con ()»"),
        ("{{ correo.__class__ }}", "no existe «.__class__»"),
        ("{% macro m() %}{{ m() }}{% endmacro %}", "no se permite «{% macro %}»"),
        ('{% include "cierre.md" %}', "no existe la pieza «cierre.md»"),
        ('{% extends "_pie.md" %}', "no se permite «{% extends %}»"),
        ("{{ correo|safe }}", "el filtro «safe» no existe"),
        ("\ue000\ue010\ue001", "caracteres de uso privado"),
    ],
)
def test_what_could_run_for_ever_or_break_out_is_refused(source: str, problem: str) -> None:
    (found,) = {p for p in problems_of(cierre__md=f"---\nasunto: Hola\n---\n{source}\n") if problem in p}
    assert found.startswith("templates/email/cierre.md:")


def test_three_loops_inside_one_another_are_refused() -> None:
    loops = "{% for a in problemas %}" * 3 + "x" + "{% endfor %}" * 3
    assert [p for p in problems_of(cierre__md=f"---\nasunto: Hola\n---\n{loops}\n") if "dentro de" in p]


@pytest.mark.parametrize(
    "source",
    [
        "[Llenar el formulario](https://docs.google.com/forms/d/e/OTRO/viewform)",
        "[Llenar](https://evil.example/)",
        "Visita https://evil.example/ hoy.",
        "Visita www.evil.example hoy.",
        "<https://evil.example/>",
        "[Llenar](http://serviciosdigitales.imss.gob.mx/)",
        "[Llenar](https://serviciosdigitales.imss.gob.mx@evil.example/)",
        "[Escribe](mailto:otra@evil.example)",
        "[Abrir](javascript:alert(1))",
        "[Abrir](data:text/html;base64,xx)",
        "[Abrir](//evil.example)",
        "[Abrir]( https://evil.{{ correo }} )",
    ],
)
def test_a_link_outside_the_allow_list_is_refused_with_its_line_and_never_sent(source: str) -> None:
    text = f"---\nasunto: Hola\n---\n\n{source}\n"
    (problem,) = problems_of(cierre__md=text)
    assert problem.startswith("templates/email/cierre.md:5: la liga «")
    unchecked = parse_templates(TEXTS | {"cierre.md": text})
    allowed = allow_list(OFFICE)
    page = _Page(render(unchecked, "cierre", bare_values(), OFFICE).html)
    assert [t for t in page.targets if not allowed(t)] == []


def test_a_value_of_a_mail_in_the_place_of_a_link_goes_nowhere() -> None:
    text = "---\nasunto: Hola\n---\n{% if patron %}[Abrir]({{ patron }}) [Ver](https://{{ patron }}){% endif %}\n"
    with pytest.raises(TemplateProblems):
        parse_templates(TEXTS | {"cierre.md": text}, OFFICE)
    templates = parse_templates(TEXTS | {"cierre.md": text})
    page = _Page(render(templates, "cierre", replace(bare_values(), patron="queretaro"), OFFICE).html)
    assert [t for t in page.targets if "queretaro" in t.replace("www.queretaro.tecnm.mx", "")] == []


def test_an_answer_with_a_mistake_or_a_foreign_link_is_reported() -> None:
    assert answer_problems(TEMPLATES, "Entra a [la página]({{ liga_constancia }}).", OFFICE) == []
    assert answer_problems(TEMPLATES, "Hola {{ nombr }}", OFFICE) == [
        "la variable «nombr» no existe; ¿quisiste decir «nombre»?"
    ]
    (problem,) = answer_problems(TEMPLATES, "Entra a [otra](https://evil.example/).", OFFICE)
    assert problem.startswith("la liga «https://evil.example/» lleva a un sitio que no está permitido")
    assert answer_problems(TEMPLATES, "Hola, {{ nombre }}", OFFICE) == [
        "no se puede mostrar: muestra un valor que puede faltar; enciérralo en {% if … %} … {% endif %}"
    ]


def test_the_layout_may_load_nothing_from_outside() -> None:
    layout = TEXTS["_layout.html"].replace("<body>", '<body><img src="https://evil.example/p.png">')
    loads, leads = problems_of(_layout__html=layout)
    assert loads.endswith("la hoja común no puede cargar nada de fuera («://»)")
    assert "lleva a un sitio que no está permitido" in leads


def test_an_own_template_of_the_office_is_taken_too() -> None:
    templates = parse_templates(TEXTS | {"vacaciones.md": "---\nasunto: Vacaciones\n---\n\nVolvemos pronto.\n"}, OFFICE)
    assert "Volvemos pronto." in render(templates, "vacaciones", bare_values(), OFFICE).text


# --- the page -------------------------------------------------------------------------------------------------------


def test_no_reply_loads_anything_and_every_style_stands_on_its_element() -> None:
    for stem in STEMS:
        html = render(TEMPLATES, stem, replace(full_values(), imagen=b"x"), OFFICE).html
        page = _Page(html)
        assert {t for t, _ in page.shape} & {"script", "link", "iframe", "form", "video", "object"} == set()
        assert re.findall(r'src="([^"]*)"', html) == ["cid:constancia"]
        assert "url(" not in html
        assert "@import" not in html
        assert 'lang="es-MX"' in html
        assert "prefers-color-scheme: dark" in html
        assert re.search(r'<td class="cuerpo" style="[^"]*font-size: 17px', html)


def test_every_variable_is_explained_in_the_guide_for_the_office() -> None:
    guide = (ROOT / "docs" / "plantillas.md").read_text(encoding="utf-8")
    assert sorted(n for n in NAMES if f"`{n}`" not in guide) == []
    assert sorted(s for s in STEMS if f"`{s}`" not in guide) == []


def test_samples_try_every_option_with_and_without() -> None:
    tried = list(sample_values())
    for f in fields(Values):
        if f.name not in {"hoy", "imagen", "imagen_alt", "calendario_id", "recordatorio"}:
            assert len({bool(getattr(v, f.name)) for v in tried}) == 2, f.name


def test_links_are_of_configuration_only() -> None:
    allowed = allow_list(OFFICE)
    assert allowed(OFFICE.links.form)
    assert allowed("https://www.queretaro.tecnm.mx/becas")
    assert allowed("mailto:DSE_becas@queretaro.tecnm.mx?subject=x")
    assert not allowed(OFFICE.links.form + "#x")
    assert not allowed("https://queretaro.tecnm.mx:8443/")
    assert not allowed("https://[")
    assert not allowed("")
    assert Link("x", "https://evil.example").url == "https://evil.example"


def test_a_missing_value_that_no_sample_foresaw_leaves_a_gap_not_an_unanswered_mail() -> None:
    rare = "---\nasunto: Hola\n---\n\nHola{% if recordatorio == 7 %} {{ nombre }}{% endif %}.\n"
    templates = parse_templates(TEXTS | {"cierre.md": rare}, OFFICE)
    assert render(templates, "cierre", replace(bare_values(), recordatorio=7), OFFICE).text.startswith("Hola .\n")


def test_two_answers_with_the_same_button_show_it_once() -> None:
    button = "[Descargar la constancia]({{ liga_constancia }})"
    values = replace(bare_values(), respuestas=(f"Se descarga ahí.\n\n{button}\n", f"Inténtalo mañana.\n\n{button}\n"))
    text = render(TEMPLATES, "como_empezar", values, OFFICE).text
    assert (text.count("Descargar la constancia:"), text.index("Inténtalo") > text.index("Descargar")) == (1, True)


def test_the_notice_to_students_is_not_in_what_only_staff_read() -> None:
    office = replace(OFFICE, notice="Estamos de vacaciones.")
    shown = {stem: "vacaciones" in render(TEMPLATES, stem, typical_values(stem), office).text for stem in TEMPLATES.sheets}
    assert {stem for stem, notice in shown.items() if not notice} == {"aviso_personal", "resumen"}
