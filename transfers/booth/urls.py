"""Addresses of booths: the host's, those of a device, and the guest's own page.

Included by ``transfers.urls``. Which of them a device may call says ``guard``.
"""

from django.urls import include, path

from transfers.booth.views import device, guests, hosts, leaving, pictures

host_urls = [
    path("", hosts.booth, name="booth"),
    path("edit/", hosts.edit, name="booth-edit"),
    path("start/", hosts.start, name="booth-start"),
    path("end/", hosts.end, name="booth-end"),
    path("delete/", hosts.delete, name="booth-delete"),
    path("pictures/<uuid:sitting_id>/delete/", pictures.delete, name="booth-picture-delete"),
    path("pictures/<uuid:sitting_id>/<slug:rendition>/", pictures.file, name="booth-picture"),
]

device_urls = [
    path("", device.here, name="booth-here"),
    path("take/", device.take, name="booth-take"),
    path("leave/", leaving.leave, name="booth-leave"),
    path("wall/", device.wall, name="booth-wall"),
    path("wall/<uuid:sitting_id>/<slug:rendition>/", device.wall_file, name="booth-wall-file"),
    path("styles/<uuid:style_id>/<slug:rendition>/", device.style_file, name="booth-style-file"),
    path("turn/<str:code>/", device.turn, name="booth-turn"),
    path("turn/<str:code>/qr.svg", device.turn_qr, name="booth-turn-qr"),
    path("turn/<str:code>/delete/", device.turn_delete, name="booth-turn-delete"),
    path("turn/<str:code>/<slug:rendition>/", device.turn_file, name="booth-turn-file"),
]

guest_urls = [
    path("", guests.picture, name="guest-picture"),
    path("delete/", guests.delete, name="guest-delete"),
    path("download/<slug:file_format>/", guests.download, name="guest-download"),
    path("<slug:rendition>/", guests.file, name="guest-file"),
]

urlpatterns = [
    path("booths/", hosts.booths, name="booths"),
    path("booths/add/", hosts.add, name="booth-add"),
    path("booths/<uuid:booth_id>/", include(host_urls)),
    path("booth/", include(device_urls)),
    path("b/<str:code>/", include(guest_urls)),
]
