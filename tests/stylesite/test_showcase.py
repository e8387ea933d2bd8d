from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gallery.models import Style
from stylesite.templatetags.showcase import hung_preset

pytestmark = pytest.mark.django_db


def make_preset(title: str, position: int) -> Style:
    preset = Style(title=title, slug=title.lower(), position=position)
    preset.set_picture(Image.new("RGB", (90, 60), "teal"))
    preset.save()
    return preset


def test_another_preset_hangs_there_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        make_preset(f"Style{n}", n)
    seen = []
    for day in range(1, 5):
        monkeypatch.setattr(timezone, "localdate", lambda day=day: date(2026, 3, day))
        hung = hung_preset()
        assert hung
        seen.append(hung.title)
    assert len(set(seen)) == 3
    assert seen[3] == seen[0]


def test_the_sign_in_page_shows_it(client: Client) -> None:
    preset = make_preset("Waves", 0)
    page = client.get("/accounts/login/").content.decode()
    assert f"/styles/{preset.pk}/display/" in page
    assert 'alt="The style Waves"' in page


def test_without_presets_the_page_is_whole(client: Client) -> None:
    assert hung_preset() is None
    page = client.get("/accounts/login/").content.decode()
    assert "<figure" not in page
    assert 'name="password"' in page


def test_hidden_presets_never_hang_there() -> None:
    make_preset("Waves", 0)
    Style.objects.update(state=Style.State.DRAFT)
    assert hung_preset() is None
