"""Addresses of the accounts app; allauth's own stand beside them under the same prefix."""

from django.urls import path

from accounts import invitation_pages, session_pages, token_pages, views

app_name = "accounts"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("activity/", views.activity, name="activity"),
    path("invitation/<str:secret>/", invitation_pages.invitation, name="invitation"),
    path("sessions/<int:session_id>/end/", session_pages.end, name="session-end"),
    path("tokens/", token_pages.token_list, name="tokens"),
    path("tokens/add/", token_pages.add, name="token-add"),
    path("tokens/revoke/", token_pages.revoke_all, name="tokens-revoke"),
    path("tokens/<uuid:token_id>/revoke/", token_pages.revoke, name="token-revoke"),
]
