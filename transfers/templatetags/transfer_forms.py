"""What the templates of the new-transfer page ask about a style."""

from django import template

from gallery.models import Style
from transfers import forms

register = template.Library()


@register.filter
def recommended_strength(style: Style) -> int:
    return forms.recommended_strength(style)
