from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "stylesite.theme"
    label = "theme"
