"""Colours of the wall of styles that are content, not part of the look of the site."""

from django import template

register = template.Library()

GROUP_HEX = {
    "red": "#b3402f",
    "orange": "#d98336",
    "yellow": "#dcb93f",
    "green": "#5e8a56",
    "blue": "#3f6a9e",
    "purple": "#7d5a8c",
    "pink": "#d793a3",
    "brown": "#86603f",
    "black": "#1c1a18",
    "grey": "#8d8a85",
    "white": "#f6f3ec",
}
"""What stands for each of gallery.palettes.GROUPS."""


@register.filter
def group_hex(name: str) -> str:
    return GROUP_HEX[name]
