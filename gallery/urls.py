"""Addresses of the gallery app."""

from django.urls import URLPattern

app_name = "gallery"

urlpatterns: list[URLPattern] = []
