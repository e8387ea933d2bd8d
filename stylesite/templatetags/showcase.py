"""Pictures for pages that have none of their own."""

from django import template
from django.utils import timezone

from gallery.models import Style

register = template.Library()


@register.simple_tag
def hung_preset() -> Style | None:
    """The preset that hangs beside the sign-in form, another every day; None without presets."""
    presets = list(Style.objects.presets())
    return presets[timezone.localdate().toordinal() % len(presets)] if presets else None
