"""Forms of the gallery, and the field through which pictures come in.

What a picture must be is decided in ``engine.images``; the field only passes its sentence on.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from engine.errors import ImageError
from gallery import tags
from gallery.animations import KINDS, SECONDS, Wish
from gallery.cropping import Crop
from gallery.models import Album, Artwork, Style, StyleOffer, Tag, TimeLapse
from gallery.reading import read_image
from gallery.styles import ORIGINAL_SIDE_PX

CROP_FIELDS = ("crop_left", "crop_top", "crop_width", "crop_height")

LICENCES = (
    _("My own work"),
    _("Public domain"),
    "CC0 1.0",
    "CC BY 4.0",
    "CC BY-SA 4.0",
    "CC BY-NC 4.0",
    _("For private use only"),
)
"""Suggestions: any other words will do, too."""

ACCEPTED = "image/jpeg,image/png,image/webp,image/heic,image/heif,image/avif"
MAX_TAGS = 12


class PictureField(forms.FileField):
    """An uploaded picture of a style; cleans to a PIL image, upright, sRGB, without metadata.

    ``who`` sends it, as ``gallery.reading`` counts them.
    """

    widget = forms.FileInput(attrs={"accept": ACCEPTED})

    def __init__(self, *, who: int | None = None, **options: Any) -> None:
        self.who = who
        # An empty file is for the engine to refuse, like every other bad one.
        super().__init__(allow_empty_file=True, **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        try:
            return read_image(cast(BinaryIO, upload), self.who, longest_px=ORIGINAL_SIDE_PX)
        except ImageError as error:
            raise ValidationError(error.sentence, code=error.reason) from error


class TagsField(forms.CharField):
    """Tags, typed with commas between them; cleans to a list without doubles."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = [" ".join(word.split()).lower() for word in super().clean(value).split(",")]
        tags = list(dict.fromkeys(word for word in words if word))
        if len(tags) > MAX_TAGS:
            raise ValidationError(
                gettext("Please keep to %(count)d tags or fewer.") % {"count": MAX_TAGS}
            )
        return tags

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class PercentField(forms.FloatField):
    """A share of a side; left empty, that of the whole picture."""

    def __init__(self, **options: Any) -> None:
        wrong = _("Please give a number from 0 to 100.")
        messages = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
        super().__init__(
            required=False, min_value=0, max_value=100, error_messages=messages, **options
        )
        self.widget.attrs["step"] = "any"


class StyleForm(forms.ModelForm):  # type: ignore[type-arg]
    """What someone may say about a style of their own."""

    tags = TagsField(
        label=_("Tags"), required=False, max_length=300, help_text=_("Separate them with commas.")
    )

    class Meta:
        model = Style
        fields = ["title", "artist", "year", "licence", "tags"]
        labels = {
            "title": _("Title"),
            "artist": _("Artist"),
            "year": _("Year"),
            "licence": _("Licence"),
        }


class CroppedStyleForm(StyleForm):
    """The same, with the part of the picture that is kept, in per cent of its sides."""

    crop_left = PercentField(label=_("From the left"))
    crop_top = PercentField(label=_("From the top"))
    crop_width = PercentField(label=_("Width"))
    crop_height = PercentField(label=_("Height"))
    leave_out = forms.BooleanField(label=_("Leave this one out"), required=False)

    field_order = ["title", "artist", "year", "licence", "tags"]

    def __init__(
        self, data: Any = None, files: Any = None, *, instance: Style, **kwargs: Any
    ) -> None:
        part = Crop.of(instance.crop)
        sides = (part.left, part.top, part.width, part.height)
        given = dict(zip(CROP_FIELDS, (round(100 * side, 2) for side in sides), strict=True))
        kwargs["initial"] = {**given, **kwargs.get("initial", {})}
        super().__init__(data, files, instance=instance, **kwargs)
        self.fields["licence"].widget.attrs["list"] = "licences"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("leave_out"):
            self.errors.clear()  # what is left out need not be right
            return values
        if not any(name in self.errors for name in CROP_FIELDS):
            values["crop"] = self._crop(values)
        return values

    def _crop(self, values: dict[str, Any]) -> Crop | None:
        """None where the fields are as they were: nothing is cropped then."""
        if not any(name in self.changed_data and values[name] is not None for name in CROP_FIELDS):
            return None
        usual = Crop()
        defaults = (usual.left, usual.top, usual.width, usual.height)
        part = Crop(
            *(
                default if values[name] is None else values[name] / 100
                for name, default in zip(CROP_FIELDS, defaults, strict=True)
            )
        )
        try:
            part.check(self.instance.whole_size)
        except ImageError as error:
            self.add_error("crop_width", error.sentence)
        return part

    @property
    def described(self) -> dict[str, Any]:
        """What is said about the style, without the crop."""
        return {name: self.cleaned_data[name] for name in StyleForm.Meta.fields}


class ChangedStyleForm(CroppedStyleForm):
    """The same, and if one likes another picture in its place, whole."""

    image = PictureField(
        label=_("Another picture in its place"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC or AVIF. What is written here stays."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["image"].who = self.instance.owner_id  # type: ignore[attr-defined]


class StyleOfferForm(forms.ModelForm):  # type: ignore[type-arg]
    """A person offers a style of theirs to everybody, and consents to what that means."""

    consent = forms.BooleanField(
        label=_(
            "I may give this picture away under that licence, and agree that it hangs here for "
            "everybody to paint in."
        ),
        widget=forms.CheckboxInput(attrs={"class": "shrink-0"}),
        error_messages={"required": _("Without your consent it stays yours alone.")},
    )

    class Meta:
        model = StyleOffer
        fields = ["credit", "licence", "message"]
        labels = {
            "credit": _("Whom to name"),
            "licence": _("Licence"),
            "message": _("A word to whoever looks after the styles"),
        }
        help_texts = {
            "credit": _("The artist, or you, as it shall read beside the picture."),
            "licence": _("Such as CC BY 4.0, or Public domain."),
        }
        widgets = {
            "licence": forms.TextInput(attrs={"list": "licences"}),
            "message": forms.Textarea(attrs={"rows": 3}),
        }


class ArtworkTitleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Artwork
        fields = ["title"]
        labels = {"title": _("Title")}


class ArtworkNotesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Artwork
        fields = ["notes"]
        labels = {"notes": _("Notes")}
        widgets = {"notes": forms.Textarea(attrs={"rows": 3})}


class ArtworkRatingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Artwork
        fields = ["rating"]


class ArtworkTagsForm(forms.Form):
    """The tags of a picture, typed with commas between them."""

    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=2000,
        help_text=_("Separate them with commas."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "own-tags"}),
    )

    def clean_tags(self) -> list[str]:
        names = tags.clean_names(self.cleaned_data["tags"].split(","))
        if long := next((name for name in names if len(name) > tags.TAG_LENGTH), None):
            sentence = gettext("“%(name)s…” is too long for a tag: keep to %(most)d letters.")
            raise ValidationError(sentence % {"name": long[:20], "most": tags.TAG_LENGTH})
        if len(names) > tags.MOST_TAGS:
            sentence = gettext("Please keep to %(count)d tags or fewer.")
            raise ValidationError(sentence % {"count": tags.MOST_TAGS})
        return names


class DownloadForm(forms.Form):
    """What somebody wants to take home: the format, how large, and whether it says its recipe."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("png", "PNG"), ("jpg", "JPEG"), ("webp", "WebP")],
        initial="png",
    )
    size = forms.ChoiceField(
        label=_("Size"),
        choices=[("original", _("Original size")), ("web", _("Smaller, for the web"))],
        required=False,
        initial="original",
    )
    recipe = forms.BooleanField(
        label=_("With the recipe inside"),
        required=False,
        help_text=_("Whoever gets the file can then read how it was made."),
    )


def title_from_file_name(name: str | None) -> str:
    """A file's name as a title: without folder, extension, underscores and control characters.

    Forms cannot hold the ends of lines and quotes of a name: browsers send "%0D%0A" and "%22".
    """
    stem = PurePath((name or "").replace("\\", "/")).stem.replace("%22", '"')
    words = re.sub(r"(?:[\x00-\x1f\x7f_]|%0[AD])+", " ", stem).split()
    limit = Style._meta.get_field("title").max_length
    return " ".join(words)[:limit].strip() or gettext("Untitled")


class SentenceForm(forms.Form):
    """A form whose refusal is told in one sentence, where there is no room beside its fields."""

    def sentence(self) -> str:
        return str(next(iter(self.errors.values()))[0])


class TagForm(SentenceForm):
    """Tags for pictures, at least one."""

    tags = TagsField(
        max_length=300, error_messages={"required": _("Write the tags first, with commas between.")}
    )

    def clean_tags(self) -> list[str]:
        tags: list[str] = self.cleaned_data["tags"]
        longest = Tag._meta.get_field("name").max_length or 0
        if any(len(tag) > longest for tag in tags):
            sentence = gettext("A tag has %(count)d letters at most.") % {"count": longest}
            raise ValidationError(sentence)
        if not tags:
            raise ValidationError(gettext("Write the tags first, with commas between."))
        return tags


class IntoAlbumForm(SentenceForm):
    """One of the owner's albums, or the title of a new one, which is then what is meant."""

    GONE = _("This album is gone. Choose another one.")

    album = forms.UUIDField(required=False, error_messages={"invalid": GONE})
    new_album = forms.CharField(required=False, max_length=120)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owner = owner

    def clean_album(self) -> Album | None:
        if not (pk := self.cleaned_data["album"]):
            return None
        if album := Album.objects.filter(owner=self._owner, pk=pk).first():
            return album
        raise ValidationError(self.GONE)

    def clean(self) -> dict[str, Any]:
        if not (self.errors or self.cleaned_data["album"] or self.cleaned_data["new_album"]):
            raise ValidationError(gettext("Choose an album, or write the title of a new one."))
        return self.cleaned_data


class FrameForm(SentenceForm):
    """Which frame of a time-lapse is to be kept."""

    step = forms.TypedChoiceField(
        coerce=int,
        error_messages={
            "required": _("Please choose a frame."),
            "invalid_choice": _("There is no frame of that step. Please choose another one."),
        },
    )

    def __init__(self, *args: Any, time_lapse: TimeLapse, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [(place.step, str(place.step)) for place in time_lapse.frames]
        self.fields["step"].choices = steps  # type: ignore[attr-defined]


class AnimationForm(SentenceForm):
    """What kind of animation of a time-lapse, and how long; what is left out is the usual."""

    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in KINDS],
        required=False,
        error_messages={"invalid_choice": _("Please choose a film (MP4) or a WebP.")},
    )
    seconds = forms.TypedChoiceField(
        choices=[(count, str(count)) for count in SECONDS],
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": _("Please choose 4, 8 or 16 seconds.")},
    )
    photo = forms.BooleanField(required=False)

    @property
    def wish(self) -> Wish:
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        return Wish(**chosen)
