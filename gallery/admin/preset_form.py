"""The form of one preset: what is said of it, how it is painted with, and where it hangs."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery import curation, uploads
from gallery.admin import settings_fields
from gallery.admin.settings_fields import SettingsForm
from gallery.forms import PictureField, TagsField
from gallery.history import Snapshot
from gallery.models import Style


class PresetForm(SettingsForm, forms.ModelForm):  # type: ignore[type-arg]
    new_image = PictureField(
        label=_("New picture"),
        required=False,
        help_text=_("JPEG, PNG, WebP, HEIC or AVIF. Choosing one replaces the present picture."),
    )
    tags = TagsField(
        label=_("Tags"), required=False, max_length=300, help_text=_("Separate them with commas.")
    )

    too_large: ClassVar[bool] = False
    before: Snapshot = {}  # what the history compares with, set before saving

    class Meta:
        model = Style
        fields = [
            "title",
            "description",
            "artist",
            "year",
            "licence",
            "source",
            "tags",
            "collections",
            "params",
            "example_alt",
            "state",
            "position",
        ]
        labels = {"params": _("Further settings")}
        help_texts = {
            "params": _('For experts: what has no field above, such as {"pooling": "max"}.'),
            "artist": _("Whom to credit. Needed before it is published."),
            "licence": _("Such as CC0-1.0 or public domain. Needed before it is published."),
            "source": _("Where the picture is from: an address, a museum, a book."),
            "example_alt": _("For those who cannot see it, in a short sentence."),
        }
        widgets = {
            "collections": forms.CheckboxSelectMultiple(attrs={"class": "collection-choices"}),
            "params": forms.Textarea(attrs={"rows": 2, "cols": 60, "spellcheck": "false"}),
            "description": forms.Textarea(attrs={"rows": 3, "cols": 60}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        if instance is not None:
            named, further = settings_fields.split(instance.params)
            kwargs["initial"] = {**named, "params": further, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if "new_image" in self.fields:
            self.fields["new_image"].required = not self.instance.original

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.too_large:
            self.errors.pop("new_image", None)
            self.add_error("new_image", uploads.too_large_sentence())
        if "params" in values:
            values["params"] = settings_fields.joined(self)
        if values.get("state") == Style.State.PUBLISHED:
            self._check_credit(values)
        return values

    def _check_credit(self, values: dict[str, Any]) -> None:
        for name in curation.REQUIRED:
            if name in values and not values[name]:
                sentence = gettext("Say this before it is published, or keep it hidden.")
                self.add_error(name, forms.ValidationError(sentence, code="required"))
