"""Addresses of the accounts app; allauth's own stand beside them under the same prefix."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
]
