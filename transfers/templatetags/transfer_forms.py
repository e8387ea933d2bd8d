"""What the templates of the new-transfer pages ask about a style or a choice."""

import json
from collections.abc import Container
from uuid import UUID

from django import template

from gallery.models import Style
from transfers.studio import showing

register = template.Library()


@register.filter
def recommended(style: Style) -> str:
    """What the style recommends, as JSON of values of the form's fields."""
    return json.dumps(showing.recommended_of(style))


@register.filter
def is_among(pk: UUID, chosen: Container[str]) -> bool:
    """Whether a form holds this id, in which ids are text."""
    return str(pk) in chosen
