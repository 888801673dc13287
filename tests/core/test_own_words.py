"""Are the writer's words told from the mail below, in each form that mail programs write?"""

from __future__ import annotations

import pytest

from mailbot.core.html_text import html_to_text
from mailbot.core.own_words import Words, case_token, split_words, unflow

BELOW = "> Llena el formulario hoy mismo.\n> Saludos"
BARE = "Llena el formulario hoy mismo.\nSaludos"


@pytest.mark.parametrize(
    "attribution",
    [
        "El lun, 23 nov 2026 a las 10:05, Becas (<becas@itq.example>) escribió:",
        "El lun, 23 nov 2026 a la(s) 10:05 a.m., Becas del ITQ (becas@itq.example)\nescribió:",
        "El lunes, 23 de noviembre de 2026, 10:05:00 GMT-6, Becas\n<becas@itq.example> escribió:",
        "El 23/11/26 a las 10:05, Becas escribió:",
        "El 23 nov 2026, a la(s) 10:05, becas@itq.example escribió:",
        "El El lun, 23 nov. 2026 a las 10:05, Becas <becas@itq.example>\nescribió:",
        "Becas <becas@itq.example> escribió el lunes 23 de noviembre de 2026:",
        "En lunes, 23 de noviembre de 2026, 10:05:00 CST, Becas <becas@itq.example> escribió:",
        "On Mon, Nov 23, 2026 at 10:05 AM Becas <becas@itq.example> wrote:",
        "On Mon, Nov 23, 2026 at 10:05 AM, Becas del Instituto <\nbecas@itq.example> wrote:",
        "2026-11-23 10:05 GMT-06:00 Becas <becas@itq.example>:",
        "Citando a Becas <becas@itq.example>:",
        "Em seg., 23 de nov. de 2026 às 10:05, Becas <becas@itq.example> escreveu:",
        "23.11.2026 10:05, Becas <becas@itq.example> пишет:",
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_what_stands_above_an_attribution_is_the_writer_s(attribution: str, between: str) -> None:
    assert split_words(f"Ya lo llené.\n\n{attribution}{between}{BELOW}") == Words("Ya lo llené.", "", False)


@pytest.mark.parametrize(
    "opening",
    [
        "-----Mensaje original-----\nDe: Becas",
        "----- Mensaje original -----\nDe: Becas",
        "-------- Original message --------\nFrom: Becas",
        "________________________________\nDe: Becas <becas@itq.example>\nEnviado: lunes",
        "De: Becas <becas@itq.example>\nEnviado el: lunes, 23 de noviembre\nPara: Ana\nAsunto: Re: x",
        "*De:* Becas\n*Enviado:* lunes\n*Para:* Ana\n*Asunto:* Re: x",
        "From: Becas\nSent: Monday\nTo: Ana\nSubject: Re: x",
        "De:     Becas\n\nEnviado:   lunes\n\nPara:   Ana",
    ],
)
def test_what_stands_above_outlook_s_block_is_the_writer_s(opening: str) -> None:
    assert split_words(f"Ya lo llené.\n\n{opening}\n\n{BARE}") == Words("Ya lo llené.", "", False)


@pytest.mark.parametrize(
    "line",
    [
        "Enviado desde mi iPhone", "Sent from my iPhone", "Enviado desde mi Galaxy", "Obtener Outlook para iOS",
        "Get Outlook for Android<https://aka.ms/x>", "Enviado desde Yahoo Mail para Android",
        "Enviado desde Correo para Windows", "Enviado desde Outlook para Android",
    ],
)  # fmt: skip
def test_a_telephone_s_line_is_not_the_writer_s(line: str) -> None:
    assert split_words(f"Ya lo llené.\n\n{line}\n").own == "Ya lo llené."


def test_a_signature_is_cut_and_what_is_quoted_below_it_too() -> None:
    assert split_words(f"Gracias\n-- \nAna Ruiz\nSistemas\n\nEl lun 10:05, Becas escribió:\n{BELOW}").own == "Gracias"


def test_answers_between_quoted_lines_are_the_writer_s() -> None:
    text = "> ¿Ya llenaste el formulario?\nSí, ayer.\n> ¿Con qué correo?\nCon el de la escuela."
    assert split_words(text).own == "Sí, ayer.\nCon el de la escuela."


def test_the_rest_of_a_long_quoted_line_is_not_the_writer_s() -> None:
    text = "> Tu constancia dice que estás VIGENTE por una empresa, así que puedes\ntener ambos seguros\n\nGracias"
    assert split_words(text).own == "Gracias"


@pytest.mark.parametrize(
    "text",
    [
        "El lunes la escuela me escribió:\nque ya estaba dado de baja",
        "De: parte de mi mamá, gracias",
        "De: Ana Ruiz\nPara: la oficina de becas\n\nQuiero mi seguro",
        "El 23 de noviembre llené el formulario:",
        "a las 10:00 fui a la oficina",
        "Para: que me den de alta",
        "Mensaje original",
        "Tengo dudas --- muchas",
    ],
)
def test_a_person_s_sentence_is_no_attribution(text: str) -> None:
    assert split_words(text).own == text


@pytest.mark.parametrize(
    ("subject", "opening"),
    [
        ("Fwd: IMSS", "---------- Forwarded message ---------"),
        ("Fwd: IMSS", "---------- Mensaje reenviado ----------"),
        ("Fwd: IMSS", "Inicio del mensaje reenviado:"),
        ("Fwd: IMSS", "Begin forwarded message:"),
        ("RV: IMSS", "-----Mensaje original-----"),
        ("FW: IMSS", "________________________________"),
    ],
)
def test_of_a_forward_the_mail_below_is_kept_apart(subject: str, opening: str) -> None:
    text = f"Miren\n\n{opening}\nDe: IMSS\nFecha: lunes\nAsunto: x\n\nNo se encuentra"
    words = split_words(text, subject)
    assert (words.own, words.forward, words.below.endswith("No se encuentra")) == ("Miren", True, True)


def test_an_outlook_block_without_a_forward_s_subject_keeps_nothing() -> None:
    assert split_words("De: X\nEnviado: y\nPara: z\n\nhola", "Re: IMSS") == Words("", "", False)


def test_flowed_lines_are_joined_and_quotes_keep_their_depth() -> None:
    assert unflow("uno \ndos\n> tres \n> cuatro\n-- \nAna", False) == "uno dos\n> tres cuatro\n-- \nAna"
    assert unflow("pala \nbra", True) == "palabra"


def test_html_is_read_line_by_line_and_its_quotes_are_marked() -> None:
    html = (
        "<html><head><title>no</title><style>p{}</style></head><body><script>no()</script><p>Hola,&nbsp;&ntilde;</p>"
        "<ul><li>uno<li>dos</ul>tres<br>cuatro 2 < 3<!-- no --><blockquote type='cite'><p>citado</p></blockquote></body>"
    )
    assert html_to_text(html) == "Hola, ñ\n\nuno\ndos\ntres\ncuatro 2 < 3\n\n> citado"


@pytest.mark.parametrize(
    ("texts", "token"),
    [
        (("Ya lo llené (Ref: MB-ABCDEFGH23)", ""), "ABCDEFGH23"),
        (("Re: hola", "Ref: mb-abcdefgh23."), "ABCDEFGH23"),
        (("Re: hola", "MB-ABC"), None),
        (("xMB-ABCDEFGH23", ""), None),
        (("MB-" + "A" * 41, ""), None),
    ],
)
def test_a_token_is_found_where_it_stands_by_itself(texts: tuple[str, str], token: str | None) -> None:
    assert case_token(*texts) == token
