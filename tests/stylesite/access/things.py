"""All that the owner of the matrix has: each address of the site leads to something of it.

One of everything, with its files. Where an address needs another thing than its neighbours (a
picture that is published, settings in the trash, a link that has ended), it is there beside the
first one; ``addresses`` says which address takes which.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.base import ContentFile
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import invitations, tokens
from accounts.models import Invitation, User
from engine.params import Params
from gallery import albums, publishing, reports, shares, style_offers
from gallery.artwork_recipes import described, of_artwork
from gallery.masks import add_mask
from gallery.models import Artwork, Style
from gallery.styles import add_style
from tests.conftest import PASSWORD
from tests.gallery.drawings import hang_artwork, whole_recipe
from tests.gallery.films import add_time_lapse
from tests.transfers.drawings import as_file, left_half, quadrants
from transfers.booth import sittings
from transfers.models import Booth, BoothPicture, Sitting
from transfers.photos import add_photo
from transfers.queue import submission
from transfers.queue.submission import Order
from transfers.repeating.bringing import keep
from transfers.studies import looks, sweeps
from transfers.studies.axes import AXES
from transfers.studio import saved


class Things:
    """``parts`` has what varies in addresses, by name; all of it is ``owner``'s."""

    def __init__(self, owner: User, stranger: User, admin: User) -> None:
        self.owner, self.stranger, self.admin = owner, stranger, admin
        self.photo = add_photo(owner, BytesIO(as_file(quadrants())), "upload", "Harbour")
        self.preset = Style(title="Stripes", slug="stripes")
        self.preset.set_picture(quadrants(90, 90))
        self.preset.save()
        self.parts: dict[str, Any] = {"photo_id": self.photo.pk, "preset_id": self.preset.pk}
        self.parts |= self._pictures()
        self.parts |= self._painted()
        self.parts |= self._at_the_booth()
        self.parts |= self._of_the_account()

    def _pictures(self) -> dict[str, Any]:
        owner, whole = self.owner, (self.photo.width, self.photo.height)
        mask = add_mask(owner, BytesIO(as_file(left_half(), "PNG")), whole)
        style = add_style(owner=owner, image=quadrants(64, 96), title="My tiles")
        style_offers.offer(style, licence="CC0")
        artwork = self._artwork("Harbour")
        add_time_lapse(artwork)
        brought = keep(owner, of_artwork(artwork), quadrants(96, 64), "png")
        artwork.recipe["repeats"] = str(brought.pk)
        artwork.save(update_fields=["recipe"])
        return {
            "mask_id": mask.pk,
            "style_id": style.pk,
            "artwork_id": artwork.pk,
            "other_id": artwork.pk,
            "brought_id": brought.pk,
            "recipe_id": brought.pk,
            **self._shown(artwork),
        }

    def _shown(self, artwork: Artwork) -> dict[str, Any]:
        """What others see, in an album, by a link and on Explore, or have objected to."""
        published, reported = self._artwork("Mill"), self._artwork("Pier")
        publishing.publish([published])
        reports.report(reported, self.stranger, "other", "That is my pier.")
        album = albums.create(self.owner, "Summer", [artwork])
        self.link = shares.create(self.owner, album=album, password=PASSWORD)
        ended = shares.create(self.owner, album=album)
        shares.withdraw(ended)
        return {
            "album_id": album.pk,
            "link_id": self.link.pk,
            "token": shares.token_of(self.link),
            "ended_token": shares.token_of(ended),
            "published_id": published.pk,
            "reported_id": reported.pk,
        }

    def _artwork(self, title: str) -> Artwork:
        """Of which enough is known to paint it again."""
        recipe = whole_recipe(
            params=Params(size_px=96, seed=3).to_json(),
            styles=[
                {"title": "Stripes", "style_id": str(self.preset.pk), **described(self.preset)}
            ],
            content={
                "title": "Harbour",
                "photo_id": str(self.photo.pk),
                **described(self.photo),
            },
        )
        picture = quadrants(96, 64)
        return hang_artwork(
            owner=self.owner, image=picture, before=picture, title=title, recipe=recipe
        )

    def _painted(self) -> dict[str, Any]:
        """What is being painted, or was: a picture, a sheet of two cells, a quick look."""
        owner, chosen = self.owner, [(self.preset, 1.0)]
        finished = submission.submit(owner, self.photo, chosen, Params(size_px=256))
        finished.preview.save(
            "test/preview.webp", ContentFile(as_file(quadrants(96, 64), "WEBP")), save=False
        )
        finished.state, finished.artwork_id = "succeeded", owner.artworks.get(title="Harbour").pk
        finished.save()
        order = Order(content_image=self.photo, styles=chosen, params=Params(size_px=512))
        strength, scale = AXES["style_strength"], AXES["style_scale"]
        rows, columns = strength.judged([40, 90], owner), scale.judged([1], owner)
        sheet = sweeps.begin(owner, sweeps.Wish(order, (strength, rows), (scale, columns), 256))
        thrown_away = saved.save(owner, "Hard", Params(style_strength=95))
        saved.trash(thrown_away)
        return {
            "transfer_id": finished.pk,
            "look_id": looks.begin(owner, order, asked=True).pk,
            "sweep_id": sheet.pk,
            "sheet_id": sheet.pk,
            "settings_id": saved.save(owner, "Soft", Params(style_strength=40)).pk,
            "trashed_settings_id": thrown_away.pk,
        }

    def _at_the_booth(self) -> dict[str, Any]:
        """A guest who has been painted and is on the wall, and one whose time is over."""
        self.booth = Booth.objects.create(owner=self.owner, title="Summer party")
        self.booth.styles.add(self.preset)
        sitting, code = self._guest(on_wall=True)
        gone, ended_code = self._guest(on_wall=False)
        Sitting.objects.filter(pk=gone.pk).update(link_until=timezone.now())
        return {
            "booth_id": self.booth.pk,
            "sitting_id": sitting.pk,
            "code": code,
            "shy_sitting_id": gone.pk,
            "ended_code": ended_code,
        }

    def _guest(self, *, on_wall: bool) -> tuple[Sitting, str]:
        photo = BytesIO(as_file(quadrants(120, 80)))
        sitting, code = sittings.take(self.booth, photo, self.preset, on_wall=on_wall)
        picture = BoothPicture(owner=self.owner, sitting=sitting, title="Stripes")
        picture.set_picture(quadrants(96, 64))
        picture.save()
        return sitting, code

    def _of_the_account(self) -> dict[str, Any]:
        owner = self.owner
        token, _secret = tokens.issue(owner, "mine", ["read"])
        EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
        waits = EmailAddress.objects.create(user=owner, email="ada@new.example")
        invitation = Invitation(made_by=self.admin, expires_at=timezone.now() + timedelta(days=1))
        secret = invitations.seal(invitation)
        invitation.save()
        return {
            "token_id": token.pk,
            "passkey_id": add_passkey(owner).pk,
            "confirmation": EmailConfirmationHMAC.create(waits).key,
            "invitation": secret,
        }


def add_passkey(user: User) -> Authenticator:
    """As a browser would have made it on this site."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    name = b"a passkey of theirs"
    made = AuthenticatorData.create(
        hashlib.sha256(b"testserver").digest(),
        AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT,
        0,
        AttestedCredentialData.create(bytes(16), name, key),
    )
    client = CollectedClientData.create("webauthn.create", b"challenge", "https://testserver")
    credential = {
        "id": websafe_encode(name),
        "rawId": websafe_encode(name),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
        },
    }
    return WebAuthn.add(user, "Phone", credential).instance
