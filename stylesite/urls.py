"""Every address of the site, grouped by the app that answers."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from stylesite import views
from stylesite.operating import metrics

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("transfers.urls")),
    path("", include("gallery.urls")),
    path("", include("stylesite.privacy.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("transfers.api.urls")),
    path(metrics.PATH.lstrip("/"), metrics.page, name="metrics"),
    path(settings.ADMIN_PATH, admin.site.urls),
]

handler500 = "stylesite.views.server_error"
