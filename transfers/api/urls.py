"""Addresses of the API, below /api/v1/."""

from django.urls import path

from transfers.api.views import ContentImageList

app_name = "api"

urlpatterns = [
    path("content-images/", ContentImageList.as_view(), name="content-images"),
]
