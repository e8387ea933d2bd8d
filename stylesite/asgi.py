"""ASGI entry point, for servers that prefer it; nothing in the site needs it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stylesite.settings")

application = get_asgi_application()
