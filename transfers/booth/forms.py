"""The forms of hosts: a booth's settings, what becomes of its pictures, and the way out of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from gallery.models import Style
from transfers.models import Booth

OFFERED_AT_FIRST = 12
MOST_STYLES = 24

PLACEHOLDER_WELCOME = _("Have yourself painted")


class StylesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Styles by their ids; something that is no id at all is answered like an unknown one."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except forms.ValidationError as error:
            if getattr(error, "code", "") == "required":
                raise
            sentence = self.error_messages["invalid_choice"]
            raise forms.ValidationError(sentence, code="invalid_choice") from error


class BoothForm(forms.ModelForm):  # type: ignore[type-arg]
    styles = StylesField(
        label=_("Styles on the wheel"),
        queryset=Style.objects.none(),
        error_messages={
            "required": _("Please choose at least one style."),
            "invalid_choice": _("One of the styles is no longer here. Please choose again."),
        },
    )

    class Meta:
        model = Booth
        fields = [
            "title",
            "welcome",
            "styles",
            "quality",
            "countdown_s",
            "idle_s",
            "shows_wall",
            "kept_h",
            "link_h",
            "may_download",
            "most_an_hour",
        ]
        labels = {
            "title": _("Title"),
            "welcome": _("Welcome"),
            "quality": _("Quality"),
            "countdown_s": _("Countdown"),
            "idle_s": _("Seconds without a touch until it starts over"),
            "shows_wall": _("Show the latest pictures on its start page"),
            "kept_h": _("Everything of a guest is deleted after"),
            "link_h": _("A guest’s link works for"),
            "may_download": _("Guests may download their picture"),
            "most_an_hour": _("Most pictures an hour"),
        }
        help_texts = {
            "title": _("Guests see it large: the party, the exhibition, the class."),
            "welcome": _("One line below the title. Left empty, “Have yourself painted”."),
            "quality": _("A draft is ready in seconds, and about 256 pixels large."),
            "idle_s": _(
                "From 20 to 600, with a countdown before it. Whoever watches their picture being "
                "painted has five minutes."
            ),
            "shows_wall": _(
                "Each guest can still keep theirs off the wall. Nobody sees it elsewhere."
            ),
            "kept_h": _(
                "Photo, picture and link, counted from when the photo was taken. A shorter time "
                "holds for the pictures there are, too; a longer one only for those to come."
            ),
            "link_h": _("It ends at the latest when the picture is deleted."),
            "may_download": _("Otherwise they can only look at it."),
            "most_an_hour": _("Painting them counts as yours, within your own limits."),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = Style.objects.usable_by(user).order_by("position", "title", "pk")
        field: Any = self.fields["styles"]
        field.queryset = usable
        if self.instance._state.adding:
            presets = Style.objects.presets()[:OFFERED_AT_FIRST]
            self.initial["styles"] = [style.pk for style in presets]

    def clean_styles(self) -> Any:
        styles = self.cleaned_data["styles"]
        if len(styles) > MOST_STYLES:
            sentence = _("That are %(count)d styles; a wheel holds at most %(most)d.")
            raise forms.ValidationError(
                sentence % {"count": len(styles), "most": MOST_STYLES}, code="too_many"
            )
        return styles

    def change(self) -> bool:
        """Write what the form asks for, in the caller's transaction; False where it was deleted.

        And nothing else: what is not in the form, as its door and what it has painted, may have
        changed since it was read.
        """
        changed = self.save(commit=False)
        values = {name: getattr(changed, name) for name in self.Meta.fields if name != "styles"}
        there = Booth.objects.filter(pk=changed.pk, leaving=False)
        if not there.update(**values):
            return False
        self.save_m2m()
        return True

    def chosen(self) -> set[str]:
        """Ids of the styles that are ticked, for the page to show them so."""
        value = self["styles"].value() or []
        return {str(getattr(one, "pk", one)) for one in value}


class EndForm(forms.Form):
    """A booth ends; its guests' pictures need not end with it."""

    KEEP, DELETE = "keep", "delete"
    pictures = forms.ChoiceField(
        label=_("What becomes of the pictures?"),
        choices=[
            (KEEP, _("They stay until their time has come. Guests’ links go on working.")),
            (DELETE, _("Delete all of them now, with the photos. Nothing brings them back.")),
        ],
        initial=KEEP,
        widget=forms.RadioSelect,
    )


class LeaveForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Please type the password.")},
    )
