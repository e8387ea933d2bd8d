"""The database keeps the rows and goes away before it says so: their files stay."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection

from accounts.models import User
from gallery import kept_frames, styles
from gallery.masks import add_mask
from gallery.models import Artwork, Mask, Style
from gallery.pictures import WithFiles
from tests.gallery.drawings import gradient, hang_artwork
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, quadrants
from transfers.models import ContentImage
from transfers.photos import add_photo

pytestmark = pytest.mark.django_db(transaction=True)

Write = Callable[[], object]


def new_style(user: User) -> Write:
    return lambda: styles.add_style(owner=user, image=quadrants(200, 100), title="Tiles")


def another_picture(user: User) -> Write:
    style = styles.add_style(owner=user, image=quadrants(200, 100), title="Tiles")
    return lambda: styles.replace_picture(style, quadrants(300, 100))


def new_photo(user: User) -> Write:
    return lambda: add_photo(user, BytesIO(as_file(quadrants(200, 100))), "upload")


def new_mask(user: User) -> Write:
    return lambda: add_mask(user, BytesIO(as_file(quadrants(200, 100))), (200, 100))


def kept_frame(user: User) -> Write:
    picture = gradient()
    artwork = hang_artwork(owner=user, image=picture, before=picture, title="H", recipe={})
    time_lapse = add_time_lapse(artwork)
    return lambda: kept_frames.keep_frame(time_lapse, 3)


@pytest.mark.parametrize(
    ("prepare", "model"),
    [
        (new_style, Style),
        (another_picture, Style),
        (new_photo, ContentImage),
        (new_mask, Mask),
        (kept_frame, Artwork),
    ],
)
def test_files_stay_where_the_answer_to_the_commit_is_lost(
    user: User,
    prepare: Callable[[User], Write],
    model: type[WithFiles],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write = prepare(user)
    before = set(model._default_manager.values_list("original", flat=True))
    commit = connection.commit

    def answer_is_lost() -> None:
        commit()
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        save = model.save

        def last_commit(row: WithFiles, *args: object, **options: object) -> None:
            patch.setattr(connection, "commit", answer_is_lost)
            save(row, *args, **options)  # type: ignore[arg-type]

        patch.setattr(model, "save", last_commit)
        with pytest.raises(OperationalError):
            write()
    kept = model._default_manager.exclude(original__in=before).get()
    assert [str(file.name) for file in kept.file_fields() if not there(file.name)] == []


def there(name: str | None) -> bool:
    return default_storage.exists(str(name))
