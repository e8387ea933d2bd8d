"""Addresses of the transfers app."""

from django.urls import include, path

from transfers.views import camera, files, live, new, queue

app_name = "transfers"

urlpatterns = [
    path("new/", new.new, name="new"),
    path("new/estimates/", new.estimates, name="estimates"),
    path("camera/", camera.camera, name="camera"),
    path("photos/<uuid:photo_id>/<slug:rendition>/", files.photo_file, name="photo-file"),
    path("transfers/", live.recent, name="list"),
    path(
        "transfers/<uuid:transfer_id>/",
        include(
            [
                path("", live.detail, name="detail"),
                path("progress/", live.progress, name="progress"),
                path("preview/", files.preview, name="preview"),
                path("cancel/", live.cancel, name="cancel"),
                path("retry/", live.retry, name="retry"),
            ]
        ),
    ),
    path("admin/queue/", queue.overview, name="queue"),
    path("admin/queue/<uuid:transfer_id>/<slug:name>/", queue.act, name="queue-act"),
]
