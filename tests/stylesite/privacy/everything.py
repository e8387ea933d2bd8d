"""One of everything that somebody can have here, and a search for what is left of it.

All words of hers hold ``Zaphod``, so that they are found wherever they went.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Task

from accounts import tokens
from accounts.models import Invitation, KnownPlace, Letter, Quota, User
from engine.params import Params
from gallery import albums, promotion, publishing, reports, shares, style_offers, tags
from gallery.artwork_recipes import described, of_artwork
from gallery.artworks import frame_artwork
from gallery.cropping import Crop
from gallery.masks import add_mask
from gallery.models import Artwork, Collection, Profile, Style, StyleImport
from gallery.styles import add_style, crop
from tests.conftest import PASSWORD
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.booth import sittings
from transfers.models import (
    Booth,
    ExampleOrder,
    IdempotencyKey,
    LossCurve,
    Notice,
    NoticeChoices,
    PastPainting,
    Sitting,
    Transfer,
)
from transfers.photos import add_photo
from transfers.queue import lifecycle, submission
from transfers.queue.submission import Order
from transfers.repeating.bringing import keep
from transfers.studies import looks, sweeps
from transfers.studies.axes import AXES
from transfers.studio import saved

EMAIL, NEW_EMAIL = "zaphod@example.org", "zaphod@new.example"
NUMBER = 424_242
"""Of her account: no other number, so that what is kept under it is found."""


def person() -> User:
    user = User.objects.create_user(EMAIL, PASSWORD, name="Zaphod B.", pk=NUMBER)
    address = EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    EmailConfirmation.create(address).save()
    return user


def preset(title: str = "Stripes") -> Style:
    style = Style(title=title, slug=title.lower())
    style.set_picture(quadrants(90, 90))
    style.save()
    return style


def fill(user: User, admin: User, stranger: User) -> None:
    """Give ``user`` one of everything."""
    stripes = preset()
    _account(user, admin)
    works = _pictures(user, stripes)
    _shown(user, works, stranger)
    _styles(user, admin)
    _painted(user, stripes)
    _booth(user, stripes)


def _account(user: User, admin: User) -> None:
    tokens.issue(user, "Zaphod's script", ["read"])
    Quota.objects.create(user=user, storage_mb=1000)
    user.groups.add(Group.objects.create(name="Class 7"))
    user.user_permissions.add(Permission.objects.get(codename="manage_queue"))
    NoticeChoices.objects.create(owner=user, webhook_url="https://zaphod.example/hook")
    saved.save(user, "Zaphod's softest", Params(style_strength=40))
    IdempotencyKey.objects.create(owner=user, key="Zaphod-1", fingerprint="f" * 64)
    PastPainting.objects.create(owner=user, finished_at=timezone.now(), painting_s=4)
    people = ContentType.objects.get_for_model(User)
    for by in (user, admin):
        LogEntry.objects.create(
            user=by, content_type=people, object_id=user.pk, object_repr=EMAIL, action_flag=CHANGE
        )
    _counted(user)
    assert UserSession.objects.filter(user=user).exists()
    Authenticator.objects.create(user=user, type="totp", data={"secret": "Zaphod's seed"})
    KnownPlace.objects.get_or_create(user=user, kind="browser", digest="e" * 64)
    Letter.objects.create(to=EMAIL, subject="Zaphod", body="Zaphod")
    Letter.objects.create(to="zaphod@old.example", subject="Open a link", body=EMAIL, about=user)
    in_an_hour = timezone.now() + timedelta(hours=1)
    Invitation.objects.create(email=EMAIL.upper(), digest="d" * 64, expires_at=in_an_hour)
    visitor = SessionStore()
    visitor["typed"] = {"email": EMAIL}
    visitor.save()
    cache.set(f"animations-{user.pk}-1", 1, 3600)
    cache.set(f"allauth:rl:account:copy:6/3600.0/user:user:{user.pk}", [1.0], 3600)
    StyleImport.objects.create(
        owner=user, name="Zaphod.zip", file=default_storage.save("imports/z.zip", _file())
    )


def _counted(user: User) -> None:
    """Signs in, and does what limits count under an address."""
    browser = Client()
    for password in ("wrong", PASSWORD):
        browser.post("/accounts/login/", {"login": EMAIL.upper(), "password": password})
    browser.post("/accounts/email/", {"action_add": "", "email": NEW_EMAIL})
    browser.post("/accounts/logout/")
    for password in ("wrong", PASSWORD):  # from a browser that is known now
        browser.post("/accounts/login/", {"login": EMAIL, "password": password})
    browser.post("/accounts/password/change/", {"oldpassword": "wrong"})
    Client().post("/accounts/password/reset/", {"email": EMAIL})


def hashes_of(word: str) -> set[str]:
    """As hashes without a key are written."""
    digests = [hashlib.new(name, word.encode()) for name in ("md5", "sha1", "sha256", "sha512")]
    encoded = {encode(each.digest()) for each in digests for encode in ENCODINGS}
    return {each.hexdigest() for each in digests} | {word.decode() for word in encoded}


ENCODINGS = (base64.b64encode, base64.urlsafe_b64encode)


def _file() -> ContentFile[bytes]:
    return ContentFile(b"Zaphod's bytes")


def _pictures(user: User, stripes: Style) -> list[Artwork]:
    photo = add_photo(user, BytesIO(as_file(quadrants())), "upload", "Zaphod's harbour")
    mask = add_mask(user, BytesIO(as_file(left_half(), "PNG")), (photo.width, photo.height))
    recipe = whole_recipe(
        params=Params(size_px=96, seed=3).to_json(),
        styles=[{"title": "Stripes", "style_id": str(stripes.pk), **described(stripes)}],
        content={"title": "Zaphod's harbour", "photo_id": str(photo.pk), **described(photo)},
    )
    picture = quadrants(96, 64)
    works = [
        hang_artwork(owner=user, image=picture, before=picture, title=title, recipe=recipe)
        for title in ("Zaphod's mill", "Zaphod's sea")
    ]
    works[0].masks.add(mask)
    add_time_lapse(works[0])
    tags.set_tags(works[0], ["zaphod"])
    brought = keep(user, of_artwork(works[1]), quadrants(96, 64), "PNG")
    brought.masks.add(mask)
    return works


def _shown(user: User, works: list[Artwork], stranger: User) -> None:
    Profile.objects.create(owner=user, handle="zaphod", name="Zaphod", about="Zaphod paints.")
    publishing.publish(works[:1])
    album = albums.create(user, "Zaphod's summer", works)
    shares.create(user, album=album, name="For Zaphod's aunt", password="marvin")
    reports.report(works[0], stranger, "other", "This is Zaphod.")
    theirs = hang_artwork(
        owner=stranger,
        image=quadrants(64, 64),
        before=quadrants(64, 64),
        title="Somebody else's",
        recipe={},
    )
    reports.report(theirs, user, "person", "Zaphod is in it.")


def _styles(user: User, admin: User) -> None:
    own = add_style(owner=user, image=quadrants(64, 96), title="Zaphod's tiles", tags=["zaphod"])
    crop(own, Crop.of([0.0, 0.0, 1.0, 0.6]))
    own.collections.add(Collection.objects.create(slug="all", title="All"))
    offered = add_style(owner=user, image=quadrants(80, 96), title="Offered")
    offer = style_offers.offer(offered, licence="CC BY 4.0", credit="Zaphod B.", message="Zaphod")
    promotion.accept(offer, admin, offered.version)


def _painted(user: User, stripes: Style) -> None:
    """Transfers in every state, with all that hangs on them."""
    photo, mask = user.content_images.get(booth=None), user.masks.get()
    own = user.styles.get(title="Zaphod's tiles")
    settings_, chosen = Params(size_px=256), [(stripes, 1.0), (own, 0.5)]
    for number in range(3):
        transfer = submission.submit(user, photo, chosen, settings_)
        transfer.style_shares.update(mask=mask)
        transfer.protect, transfer.title = mask, f"Zaphod's {number}"
        for kind in ("preview", "checkpoint", "time_lapse"):
            name = f"transfers/{str(transfer.pk)[:2]}/{transfer.pk}-{kind}.bin"
            setattr(transfer, kind, default_storage.save(name, _file()))
        transfer.save()
    Transfer.objects.filter(pk=transfer.pk).update(
        state="failed", error="Zaphod's fault", finished_at=timezone.now()
    )
    LossCurve.objects.create(transfer=transfer, columns={"step": [1]})
    for channel, state in (("email", "sent"), ("webhook", "pending")):
        Notice.objects.create(
            owner=user, transfer=transfer, channel=channel, event="transfer.failed", state=state
        )
    example = submission.submit(user, photo, [(stripes, 1.0)], settings_)
    ExampleOrder.objects.create(style=stripes, transfer=example, photo="cat", ordered_by=user)
    order = Order(content_image=photo, styles=[(stripes, 1.0)], params=Params(size_px=512, seed=3))
    strength, scale = AXES["style_strength"], AXES["style_scale"]
    rows, columns = strength.judged([40, 90], user), scale.judged([1], user)
    sweeps.begin(user, sweeps.Wish(order, (strength, rows), (scale, columns), 256))
    looks.begin(user, order, asked=True)
    Task.objects.create(
        id="t" * 32,
        name="wake",
        func="transfers.queue.tasks.wake",
        args=(str(transfer.pk),),
        started=timezone.now(),
        stopped=timezone.now(),
        success=False,
    )


def _booth(user: User, stripes: Style) -> None:
    booth = Booth.objects.create(owner=user, title="Zaphod's party", welcome="Zaphod greets you")
    booth.styles.add(stripes)
    sittings.take(booth, BytesIO(as_file(quadrants(120, 80))), stripes, on_wall=True)
    sitting = Sitting.objects.get()
    Transfer.objects.filter(pk=sitting.transfer_id).update(rank=-1e9)
    claimed = lifecycle.claim("worker")
    assert claimed is not None
    assert claimed.pk == sitting.transfer_id
    picture = quadrants(96, 64)
    framed = frame_artwork(owner=user, image=picture, before=picture, title="Guest", recipe={})
    lifecycle.succeed(claimed, framed)


def everything_said() -> dict[str, str]:
    """Every row of every table as text, by table and number; what is encoded, decoded as well.

    The audit log's own ids of things are left out: it keeps numbers, and nobody's words.
    """
    said: dict[str, str] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept = [
                column[0] == "subject_id" and table == "accounts_auditentry"
                for column in cursor.description
            ]
            for number, whole in enumerate(cursor.fetchall()):
                row = [value for value, id_only in zip(whole, kept, strict=True) if not id_only]
                said[f"{table} {number}"] = " ".join(map(str, row))
    for message in OrmQ.objects.all():
        said[f"message {message.pk}"] = str(message.task)
    for task in Task.objects.all():
        said[f"task {task.pk}"] = f"{task.args} {task.kwargs} {task.result}"
    for session in Session.objects.all():
        said[f"session {session.pk}"] = str(session.get_decoded())
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        for key, value in cursor.fetchall():
            said[f"cached {key}"] = base64.b64decode(value).decode("latin1")
    return said


def cached() -> list[str]:
    """The keys of all that the cache keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        return [key for (key,) in cursor.fetchall()]


def stored(folder: str = "") -> Iterator[str]:
    """The names of all files, on a disk or in a bucket."""
    folders, files = default_storage.listdir(folder)
    yield from (f"{folder}{name}" for name in files)
    for inner in folders:
        yield from stored(f"{folder}{inner}/")


def found(words: list[str]) -> dict[str, list[str]]:
    """Where each of these words still is: in which rows, file names and files."""
    said = everything_said()
    for name in stored():
        said[f"name of {name}"] = name
        with default_storage.open(name) as opened:
            said[f"file {name}"] = opened.read().decode("latin1")
    patterns = {word: re.compile(re.escape(word), re.IGNORECASE) for word in words}
    places = {
        word: [place for place, text in said.items() if pattern.search(text)]
        for word, pattern in patterns.items()
    }
    return {word: where for word, where in places.items() if where}
