"""Clients that show a token, and what they find: a photo, styles, transfers and an artwork."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from accounts import tokens
from accounts.models import ApiToken, User
from engine.params import Params
from gallery import albums, shares
from gallery.artwork_recipes import described, of_artwork
from gallery.artworks import frame_artwork
from gallery.models import Album, Artwork, ShareLink, Style
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.transfers.drawings import as_file, quadrants
from transfers.booth import sittings
from transfers.models import (
    Booth,
    BroughtRecipe,
    ContentImage,
    SavedSettings,
    Sitting,
    Sweep,
    Transfer,
)
from transfers.queue.submission import Order
from transfers.repeating.bringing import keep
from transfers.studies import sweeps
from transfers.studies.axes import AXES
from transfers.studio import saved

API = "/api/v1"


def data_of(response: Any) -> bytes:
    """The file in an answer; reading it to its end closes it."""
    return b"".join(response.streaming_content) if response.streaming else response.content


class ApiClient(Client):
    """Sends JSON, and the token it was made with; `api.post("/transfers/", {...})`."""

    def __init__(self, secret: str = "") -> None:
        self.token = f"Bearer {secret}"
        super().__init__(headers={"Authorization": self.token} if secret else {})

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        return super().generic(
            method, path if path.startswith(API) else API + path, *args, **kwargs
        )

    def send(self, method: str, path: str, data: object = None, **kwargs: Any) -> Any:
        return self.generic(
            method.upper(),
            path,
            self._encode_json({} if data is None else data, "application/json"),
            content_type="application/json",
            **kwargs,
        )

    def post(self, path: str, data: object = None, **kwargs: Any) -> Any:
        return self.send("POST", path, data, **kwargs)

    def patch(self, path: str, data: object = None, **kwargs: Any) -> Any:
        return self.send("PATCH", path, data, **kwargs)

    def upload(self, path: str, data: dict[str, object], **kwargs: Any) -> Any:
        return Client.post(self, path, data, **kwargs)


@pytest.fixture
def api_of(db: None) -> Callable[..., ApiClient]:
    """A client with a token of this person; all scopes unless some are named."""

    def make(owner: User, *scopes: str) -> ApiClient:
        _token, secret = tokens.issue(owner, "Test", scopes or ApiToken.Scope.values)
        return ApiClient(secret)

    return make


@pytest.fixture
def api(api_of: Callable[..., ApiClient], user: User) -> ApiClient:
    return api_of(user)


@pytest.fixture
def strangers_api(api_of: Callable[..., ApiClient], stranger: User) -> ApiClient:
    return api_of(stranger)


@pytest.fixture
def visitor(db: None) -> ApiClient:
    return ApiClient()


@pytest.fixture
def artwork(user: User) -> Artwork:
    framed = frame_artwork(
        owner=user,
        image=quadrants(96, 64),
        before=quadrants(96, 64),
        title="Harbour in stripes",
        recipe={"steps": 3, "styles": [{"title": "Stripes"}]},
    )
    framed.save()
    return framed


@pytest.fixture
def album(user: User, artwork: Artwork) -> Album:
    return albums.create(user, "Summer", [artwork])


@pytest.fixture
def link(user: User, album: Album) -> ShareLink:
    return shares.create(user, album=album)


@pytest.fixture
def whole(user: User, photo: ContentImage, preset: Style) -> Artwork:
    """A picture of which enough is known to paint it again."""
    recipe = whole_recipe(
        params=Params(size_px=96, seed=3).to_json(),
        styles=[{"title": "Stripes", "style_id": str(preset.pk), **described(preset)}],
        content={"title": "Harbour", "photo_id": str(photo.pk), **described(photo)},
    )
    picture = quadrants(96, 64)
    return hang_artwork(
        owner=user, image=picture, before=picture, title="Harbour again", recipe=recipe
    )


@pytest.fixture
def brought(user: User, whole: Artwork) -> BroughtRecipe:
    return keep(user, of_artwork(whole))


@pytest.fixture
def kept(user: User) -> SavedSettings:
    return saved.save(user, "Soft", Params(style_strength=40))


@pytest.fixture
def sweep(user: User, photo: ContentImage, preset: Style) -> Sweep:
    """A sheet of two rows and one column that waits."""
    order = Order(content_image=photo, styles=[(preset, 1.0)], params=Params(size_px=512, seed=3))
    strength, scale = AXES["style_strength"], AXES["style_scale"]
    rows, columns = strength.judged([40, 90], user), scale.judged([1], user)
    return sweeps.begin(user, sweeps.Wish(order, (strength, rows), (scale, columns), 256))


@pytest.fixture
def finished(transfer: Transfer, artwork: Artwork) -> Transfer:
    """A transfer that succeeded, with its artwork."""
    transfer.state, transfer.artwork = Transfer.State.SUCCEEDED, artwork
    transfer.save()
    return transfer


@pytest.fixture
def booth(user: User, preset: Style) -> Booth:
    booth = Booth.objects.create(owner=user, title="Summer party")
    booth.styles.add(preset)
    return booth


@pytest.fixture
def sitting(booth: Booth, preset: Style) -> Sitting:
    """Of a guest whose picture is not painted yet."""
    return sittings.take(booth, BytesIO(as_file(quadrants())), preset, on_wall=True)[0]
