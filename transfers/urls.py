"""Addresses of the transfers app."""

from django.urls import URLPattern

app_name = "transfers"

urlpatterns: list[URLPattern] = []
