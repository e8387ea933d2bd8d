"""Addresses of the gallery app."""

from django.urls import include, path

from gallery.views import artworks, styles

app_name = "gallery"

artwork_urls = [
    path("", artworks.artwork, name="artwork"),
    path("rename/", artworks.rename, name="rename"),
    path("delete/", artworks.delete, name="delete"),
    path("restore/", artworks.restore, name="restore"),
    path("download/<slug:file_format>/", artworks.download, name="download"),
    path("<slug:rendition>/", artworks.artwork_file, name="artwork-file"),
]

style_urls = [
    path("", styles.style, name="style"),
    path("edit/", styles.edit, name="style-edit"),
    path("delete/", styles.delete, name="style-delete"),
    path("restore/", styles.restore, name="style-restore"),
    path("<slug:rendition>/", styles.style_file, name="style-file"),
]

urlpatterns = [
    path("gallery/", artworks.artwork_list, name="list"),
    path("gallery/trash/", artworks.trash, name="trash"),
    path("gallery/trash/empty/", artworks.empty_trash, name="empty-trash"),
    path("gallery/<uuid:artwork_id>/", include(artwork_urls)),
    path("styles/", styles.style_list, name="styles"),
    path("styles/add/", styles.add, name="style-add"),
    path("styles/<uuid:style_id>/", include(style_urls)),
]
