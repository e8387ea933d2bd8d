"""Addresses of the transfers app."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from transfers.views import (
    camera,
    continuing,
    examples,
    files,
    live,
    looks,
    many,
    new,
    notices,
    own_settings,
    photos,
    queue,
    recipes,
    studio,
    sweep_setup,
    sweeps,
    trying,
    use,
)

app_name = "transfers"

recipe_urls = [
    path("", recipes.brought, name="recipe"),
    path("repeat/", recipes.repeat, name="recipe-repeat"),
    path("forget/", recipes.forget, name="recipe-forget"),
    path("picture/<slug:rendition>/", recipes.picture, name="recipe-picture"),
    path("<slug:slot>/give/", recipes.give, name="recipe-give"),
    path("<slug:slot>/accept/", recipes.accept, name="recipe-accept"),
    path("<slug:slot>/let-go/", recipes.let_go, name="recipe-let-go"),
]

settings_urls = [
    path("change/", own_settings.change, name="settings-change"),
    path("delete/", own_settings.delete, name="settings-delete"),
    path("put-back/", own_settings.put_back, name="settings-put-back"),
]

look_urls = [
    path("", looks.state, name="look-state"),
    path("cancel/", looks.cancel, name="look-cancel"),
    path("keep/", looks.keep, name="look-keep"),
]

cell_urls: list[URLPattern | URLResolver] = [
    path("", sweeps.cell, name="sweep-cell"),
    path("paint/", sweeps.paint, name="sweep-paint"),
    path("keep/", sweeps.keep, name="sweep-keep"),
]

sweep_urls: list[URLPattern | URLResolver] = [
    path("", sweeps.sheet, name="sweep"),
    path("state/", sweeps.state, name="sweep-state"),
    path("picture/", sweeps.picture, name="sweep-picture"),
    path("cancel/", sweeps.cancel, name="sweep-cancel"),
    path("again/", sweeps.again, name="sweep-again"),
    path("delete/", sweeps.delete, name="sweep-delete"),
    path("<int:row>/<int:column>/", include(cell_urls)),
]

urlpatterns = [
    path("new/", new.new, name="new"),
    path("new/estimates/", new.estimates, name="estimates"),
    path("new/settings/", own_settings.save, name="settings-save"),
    path("new/settings/<uuid:settings_id>/", include(settings_urls)),
    path("new/many/", many.many, name="many"),
    path("new/many/summary/", many.summary, name="many-summary"),
    path("new/styles/", new.style_choices, name="style-choices"),
    path("try/<uuid:style_id>/", trying.try_style, name="try"),
    path("try/<uuid:style_id>/<uuid:transfer_id>/", trying.tried, name="tried"),
    path("samples/<slug:slug>/", trying.sample_photo, name="sample-photo"),
    path("camera/", camera.camera, name="camera"),
    path("photos/", photos.photos, name="photos"),
    path("photos/delete/", photos.delete, name="photos-delete"),
    path("photos/<uuid:photo_id>/<slug:rendition>/", files.photo_file, name="photo-file"),
    path("continue/<uuid:artwork_id>/", continuing.continue_artwork, name="continue"),
    path("continue/<uuid:artwork_id>/up-to/", continuing.up_to, name="up-to"),
    path("recipes/import/", recipes.bring, name="recipe-import"),
    path("recipes/check/<uuid:artwork_id>/", recipes.check, name="recipe-check"),
    path("recipes/<uuid:brought_id>/", include(recipe_urls)),
    path("looks/", looks.begin, name="look"),
    path("looks/leave/", looks.leave, name="look-leave"),
    path("looks/<uuid:transfer_id>/", include(look_urls)),
    path("sheets/", sweeps.sheets, name="sweeps"),
    path("sheets/new/", sweep_setup.new, name="sweep-new"),
    path("sheets/new/summary/", sweep_setup.summary, name="sweep-summary"),
    path("sheets/<uuid:sweep_id>/", include(sweep_urls)),
    path("", include("transfers.booth.urls")),
    path("use/", use.use, name="use"),
    path("notices/", notices.notices, name="notices"),
    path("notices/secret/", notices.draw_secret, name="notices-secret"),
    path("notices/secret/show/", notices.show_secret, name="notices-secret-show"),
    path("notices/test/", notices.test, name="notices-test"),
    path("notices/unsubscribe/<str:token>/", notices.unsubscribe, name="unsubscribe"),
    path("transfers/", studio.studio, name="list"),
    path("transfers/cancel-waiting/", studio.cancel_waiting, name="cancel-waiting"),
    path(
        "transfers/<uuid:transfer_id>/",
        include(
            [
                path("", live.detail, name="detail"),
                path("progress/", live.progress, name="progress"),
                path("preview/", files.preview, name="preview"),
                path("cancel/", live.cancel, name="cancel"),
                path("keep/", live.keep, name="keep"),
                path("retry/", live.retry, name="retry"),
                path("move/", studio.move, name="move"),
            ]
        ),
    ),
    path(f"{settings.ADMIN_PATH}examples/", examples.examples, name="examples"),
    path(f"{settings.ADMIN_PATH}queue/", queue.overview, name="queue"),
    path(
        f"{settings.ADMIN_PATH}queue/<uuid:transfer_id>/<slug:name>/", queue.act, name="queue-act"
    ),
]
