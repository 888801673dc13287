"""Write what each template gives today as what it should give: run by hand, then read the difference in git.

python -m tests.accept_replies
"""

from tests.core.test_reply import EXPECTED, TEMPLATES, rendered


def main() -> None:
    EXPECTED.mkdir(parents=True, exist_ok=True)
    for old in EXPECTED.iterdir():
        old.unlink()
    for stem in TEMPLATES.sheets:
        for name, text in rendered(stem).items():
            (EXPECTED / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
