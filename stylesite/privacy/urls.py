"""Addresses of what people have here, and of the page that says what becomes of it."""

from django.urls import path

from stylesite.privacy import views

app_name = "privacy"

urlpatterns = [
    path("privacy/", views.policy, name="policy"),
    path("data/", views.overview, name="data"),
    path("data/copy/", views.copy, name="copy"),
    path("data/delete/", views.delete, name="delete"),
    path("data/closed/", views.closed, name="closed"),
    path("data/restore/", views.restore, name="restore"),
]
