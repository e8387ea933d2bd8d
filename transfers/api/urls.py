"""Addresses of the API, below /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from transfers.api.views import (
    albums,
    artworks,
    docs,
    masks,
    me,
    ordering,
    photos,
    recipes,
    saved_settings,
    shares,
    sheets,
    statistics,
    steering,
    style_offers,
    styles,
    time_lapses,
    transfers,
    wall,
)

app_name = "api"

photo_urls = [
    path("", photos.ContentImageDetail.as_view(), name="content-image"),
    path("masks/", masks.PhotoMasks.as_view(), name="content-image-masks"),
    path("files/<slug:rendition>/", photos.ContentImageFile.as_view(), name="content-image-file"),
]

style_urls = [
    path("", styles.StyleDetail.as_view(), name="style"),
    path("restore/", styles.StyleRestore.as_view(), name="style-restore"),
    path("crop/", styles.StyleCrop.as_view(), name="style-crop"),
    path("picture/", styles.StylePicture.as_view(), name="style-picture"),
    path("offer/", style_offers.StyleOfferDetail.as_view(), name="style-offer"),
    path("files/<slug:rendition>/", styles.StyleFile.as_view(), name="style-file"),
]

transfer_urls = [
    path("", transfers.TransferDetail.as_view(), name="transfer"),
    path("cancel/", steering.TransferCancel.as_view(), name="transfer-cancel"),
    path("keep/", steering.TransferKeep.as_view(), name="transfer-keep"),
    path("move/", steering.TransferMove.as_view(), name="transfer-move"),
    path("retry/", ordering.TransferRetry.as_view(), name="transfer-retry"),
    path("continue/", ordering.TransferContinue.as_view(), name="transfer-continue"),
    path("up-to/", ordering.TransferUpTo.as_view(), name="transfer-up-to"),
    path("losses/", transfers.TransferLosses.as_view(), name="transfer-losses"),
    path("preview/", transfers.TransferPreview.as_view(), name="transfer-preview"),
    path("result/<slug:file_format>/", transfers.TransferResult.as_view(), name="transfer-result"),
]

time_lapse_urls = [
    path("", time_lapses.TimeLapseDetail.as_view(), name="time-lapse"),
    path("file/", time_lapses.TimeLapseFile.as_view(), name="time-lapse-file"),
    path("animation/", time_lapses.TimeLapseAnimation.as_view(), name="time-lapse-animation"),
    path("frames/<int:step>/", time_lapses.TimeLapseFrame.as_view(), name="time-lapse-frame"),
    path("frames/<int:step>/keep/", time_lapses.TimeLapseKeep.as_view(), name="time-lapse-keep"),
]

artwork_urls: list[URLPattern | URLResolver] = [
    path("", artworks.ArtworkDetail.as_view(), name="artwork"),
    path("restore/", artworks.ArtworkRestore.as_view(), name="artwork-restore"),
    path("publish/", shares.ArtworkPublish.as_view(), name="artwork-publish"),
    path("unpublish/", shares.ArtworkUnpublish.as_view(), name="artwork-unpublish"),
    path("recipe/", artworks.ArtworkRecipe.as_view(), name="artwork-recipe"),
    path("check/", recipes.RecipeCheck.as_view(), name="recipe-check"),
    path(
        "difference/<uuid:other_id>/",
        artworks.ArtworkDifference.as_view(),
        name="artwork-difference",
    ),
    path("files/<slug:rendition>/", artworks.ArtworkFile.as_view(), name="artwork-file"),
    path(
        "download/<slug:file_format>/", artworks.ArtworkDownload.as_view(), name="artwork-download"
    ),
    path("time-lapse/", include(time_lapse_urls)),
]

album_urls = [
    path("", albums.AlbumDetail.as_view(), name="album"),
    path("artworks/", albums.AlbumArtworks.as_view(), name="album-artworks"),
    path("remove/", albums.AlbumRemove.as_view(), name="album-remove"),
    path("order/", albums.AlbumOrder.as_view(), name="album-order"),
]

share_urls = [
    path("", shares.ShareDetail.as_view(), name="share"),
    path("withdraw/", shares.ShareWithdraw.as_view(), name="share-withdraw"),
    path("restore/", shares.ShareRestore.as_view(), name="share-restore"),
]

recipe_urls = [
    path("", recipes.RecipeDetail.as_view(), name="recipe"),
    path("repeat/", recipes.RecipeRepeat.as_view(), name="recipe-repeat"),
]

settings_urls = [
    path("", saved_settings.SavedSettingsDetail.as_view(), name="saved-settings"),
    path("restore/", saved_settings.SavedSettingsRestore.as_view(), name="saved-settings-restore"),
]

sheet_urls = [
    path("", sheets.SheetDetail.as_view(), name="sheet"),
    path("picture/", sheets.SheetPicture.as_view(), name="sheet-picture"),
    path("cancel/", sheets.SheetCancel.as_view(), name="sheet-cancel"),
    path("retry/", sheets.SheetRetry.as_view(), name="sheet-retry"),
    path("cells/<int:row>/<int:column>/paint/", sheets.CellPaint.as_view(), name="sheet-paint"),
    path("cells/<int:row>/<int:column>/keep/", sheets.CellKeep.as_view(), name="sheet-keep"),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="api:docs", http_method_names=["get", "head"])),
    path("docs/", docs.docs, name="docs"),
    path("openapi.json", docs.openapi, name="openapi"),
    path("problems/", docs.problems, name="problems"),
    path("me/", me.Me.as_view(), name="me"),
    path("content-images/", photos.ContentImageList.as_view(), name="content-images"),
    path("content-images/<uuid:photo_id>/", include(photo_urls)),
    path("masks/<uuid:mask_id>/", masks.MaskDetail.as_view(), name="mask"),
    path("masks/<uuid:mask_id>/file/", masks.MaskFile.as_view(), name="mask-file"),
    path("collections/", style_offers.CollectionList.as_view(), name="collections"),
    path("styles/", styles.StyleList.as_view(), name="styles"),
    path("styles/<uuid:style_id>/", include(style_urls)),
    path("transfers/", transfers.TransferList.as_view(), name="transfers"),
    path("transfers/batch/", ordering.NewBatch.as_view(), name="batch"),
    path("transfers/estimate/", ordering.Estimate.as_view(), name="estimate"),
    path("transfers/cancel-waiting/", steering.CancelWaiting.as_view(), name="cancel-waiting"),
    path("transfers/<uuid:transfer_id>/", include(transfer_urls)),
    path("artworks/", wall.ArtworkList.as_view(), name="artworks"),
    path("artworks/bulk/", wall.ArtworkBulk.as_view(), name="artworks-bulk"),
    path("artworks/zip/", wall.ArtworkZip.as_view(), name="artworks-zip"),
    path("artworks/<uuid:artwork_id>/", include(artwork_urls)),
    path("albums/", albums.AlbumList.as_view(), name="albums"),
    path("albums/<uuid:album_id>/", include(album_urls)),
    path("shares/", shares.ShareList.as_view(), name="shares"),
    path("shares/<uuid:link_id>/", include(share_urls)),
    path("profile/", shares.MyProfile.as_view(), name="profile"),
    path("statistics/", statistics.MyStatistics.as_view(), name="statistics"),
    path("recipes/", recipes.RecipeList.as_view(), name="recipes"),
    path("recipes/upload/", recipes.RecipeUpload.as_view(), name="recipe-upload"),
    path("recipes/<uuid:recipe_id>/", include(recipe_urls)),
    path("sheets/", sheets.SheetList.as_view(), name="sheets"),
    path("sheets/<uuid:sheet_id>/", include(sheet_urls)),
    path("settings/", saved_settings.SavedSettingsList.as_view(), name="saved-settings-list"),
    path("settings/<uuid:settings_id>/", include(settings_urls)),
    re_path("", docs.NothingHere.as_view()),
]
