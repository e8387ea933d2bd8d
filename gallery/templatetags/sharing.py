"""What pages say about sharing beside their own views' context."""

from __future__ import annotations

from typing import Any

from django import template

from gallery import reports, shares
from gallery.models import Artwork, ShareLink

register = template.Library()


@register.simple_tag(takes_context=True)
def share_address(context: dict[str, Any], link: ShareLink) -> str:
    """The address of ``link`` as one hands it to others, with the site's name."""
    address: str = context["request"].build_absolute_uri(shares.address(link))
    return address


@register.filter
def why_taken_down(artwork: Artwork) -> str:
    """The reason in words, at the end of a sentence."""
    return reports.why_taken_down(artwork)
