"""Addresses of the gallery app."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from gallery.views import (
    albums,
    artwork_words,
    artworks,
    comparing,
    explore,
    masks,
    own_styles,
    publishing,
    reports,
    shared,
    shares,
    statistics,
    style_offers,
    styles,
    time_lapses,
    trash,
    wall,
    wall_bulk,
)

app_name = "gallery"

time_lapse_urls = [
    path("", time_lapses.frames, name="time-lapse"),
    path("<int:step>/", time_lapses.frame, name="time-lapse-frame"),
    path("keep/", time_lapses.keep, name="time-lapse-keep"),
    path("animation/", time_lapses.animation, name="time-lapse-animation"),
    path("delete/", time_lapses.delete, name="time-lapse-delete"),
]

artwork_urls: list[URLPattern | URLResolver] = [
    path("", artworks.artwork, name="artwork"),
    path("rename/", artwork_words.rename, name="rename"),
    path("annotate/", artwork_words.annotate, name="annotate"),
    path("rate/", artwork_words.rate, name="rate"),
    path("favourite/", artwork_words.favourite, name="favourite"),
    path("tag/", artwork_words.tag, name="tag"),
    path("delete/", artworks.delete, name="delete"),
    path("restore/", artworks.restore, name="restore"),
    path("download/", artworks.download, name="download-as"),
    path("recipe/", artworks.recipe_file, name="recipe-file"),
    path("download/<slug:file_format>/", artworks.download, name="download"),
    path("time-lapse/", include(time_lapse_urls)),
    path("<slug:rendition>/", artworks.artwork_file, name="artwork-file"),
]

style_urls = [
    path("", styles.style, name="style"),
    path("edit/", own_styles.edit, name="style-edit"),
    path("delete/", styles.delete, name="style-delete"),
    path("restore/", styles.restore, name="style-restore"),
    path("offer/", style_offers.offer, name="style-offer"),
    path("offer/withdraw/", style_offers.withdraw, name="style-offer-withdraw"),
    path("<slug:rendition>/", styles.style_file, name="style-file"),
]

album_urls = [
    path("", albums.album, name="album"),
    path("edit/", albums.edit, name="album-edit"),
    path("pictures/", albums.add_pictures, name="album-pictures"),
    path("arrange/", albums.arrange, name="album-arrange"),
    path("move/", albums.move, name="album-move"),
    path("cover/", albums.cover, name="album-cover"),
    path("remove/", albums.remove, name="album-remove"),
    path("put-back/", albums.put_back, name="album-put-back"),
    path("delete/", albums.delete, name="album-delete"),
    path("share/", shares.share_album, name="album-share"),
]

share_urls = [
    path("", shares.share, name="share"),
    path("withdraw/", shares.withdraw, name="share-withdraw"),
    path("restore/", shares.restore, name="share-restore"),
    path("again/", shares.again, name="share-again"),
]

# For whoever holds the link.
shared_urls = [
    path("", shared.shared, name="shared"),
    path("download/", shared.download_all, name="shared-download-all"),
    path("files/<uuid:artwork_id>/<slug:rendition>/", shared.file, name="shared-file"),
    path("<uuid:artwork_id>/", shared.picture, name="shared-picture"),
    path("<uuid:artwork_id>/download/<slug:file_format>/", shared.download, name="shared-download"),
    path("<uuid:artwork_id>/report/", shared.report, name="shared-report"),
]

explore_urls = [
    path("", explore.artwork, name="explored"),
    path("report/", explore.report, name="explored-report"),
    path("<slug:rendition>/", explore.artwork_file, name="explored-file"),
]

report_urls = [
    path("", reports.overview, name="reports"),
    path("<uuid:artwork_id>/files/<slug:rendition>/", reports.file, name="report-file"),
    path("<uuid:artwork_id>/<slug:act>/", reports.decide, name="report-decide"),
]

urlpatterns = [
    path("albums/", albums.album_list, name="albums"),
    path("albums/add/", albums.add, name="album-add"),
    path("albums/<uuid:album_id>/", include(album_urls)),
    path("shares/", shares.share_list, name="shares"),
    path("shares/<uuid:link_id>/", include(share_urls)),
    path("s/<str:token>/", include(shared_urls)),
    path("explore/", explore.explore, name="explore"),
    path("explore/<uuid:artwork_id>/", include(explore_urls)),
    path("@<slug:handle>/", explore.profile, name="profile"),
    path("profile/", publishing.profile, name="profile-edit"),
    path(f"{settings.ADMIN_PATH}reports/", include(report_urls)),
    path("masks/<uuid:mask_id>/", masks.mask_file, name="mask-file"),
    path("gallery/publish/", publishing.publish, name="publish"),
    path("gallery/unpublish/", publishing.unpublish, name="unpublish"),
    path("gallery/statistics/", statistics.page, name="statistics"),
    path("gallery/<uuid:artwork_id>/albums/", albums.choose, name="artwork-albums"),
    path("gallery/<uuid:artwork_id>/share/", shares.share_artwork, name="artwork-share"),
    path("gallery/", wall.wall, name="list"),
    path("gallery/more/", wall.more, name="more"),
    path("gallery/zip/", wall.download, name="zip"),
    path("gallery/bulk/", wall_bulk.act, name="bulk"),
    path("gallery/compare/", comparing.compare, name="compare"),
    path("gallery/trash/", trash.trash, name="trash"),
    path("gallery/trash/bulk/", trash.act, name="trash-bulk"),
    path("gallery/trash/empty/", trash.empty_trash, name="empty-trash"),
    path("gallery/trash/undo/<slug:word>/", wall_bulk.undo_trash, name="undo-trash"),
    path("gallery/<uuid:artwork_id>/", include(artwork_urls)),
    path("styles/", styles.style_list, name="styles"),
    path("styles/add/", own_styles.add, name="style-add"),
    path("styles/name/", own_styles.name, name="style-name"),
    path("styles/<uuid:style_id>/", include(style_urls)),
]
