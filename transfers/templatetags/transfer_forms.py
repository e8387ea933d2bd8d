"""What the templates of the new-transfer pages ask about a style or a choice."""

from collections.abc import Container
from uuid import UUID

from django import template

from gallery.models import Style
from transfers import forms

register = template.Library()


@register.filter
def recommended_strength(style: Style) -> int:
    return forms.recommended_strength(style)


@register.filter
def is_among(pk: UUID, chosen: Container[str]) -> bool:
    """Whether a form holds this id, in which ids are text."""
    return str(pk) in chosen
