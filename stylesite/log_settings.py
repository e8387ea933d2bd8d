"""What is logged, and how; part of ``settings``."""

from django.core.exceptions import ImproperlyConfigured

from stylesite.environment import env
from transfers import logs

LOG_FORMAT = env.str("STYLESITE_LOG_FORMAT", "line")
if LOG_FORMAT not in logs.FORMATS:
    raise ImproperlyConfigured("Set STYLESITE_LOG_FORMAT to line or json.")
LOG_LEVEL = env.str("STYLESITE_LOG_LEVEL", "INFO").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    raise ImproperlyConfigured("Set STYLESITE_LOG_LEVEL to DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"subject": {"()": "transfers.logs.Subject"}},
    "formatters": {
        "line": {"()": "transfers.logs.LineFormatter"},
        "json": {"()": "transfers.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["subject"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Every message and its end: of interest only to whoever looks for a fault in the queue. That a
    # passkey was used, the audit log says, and whose.
    "loggers": {"django-q": {"level": "WARNING"}, "fido2": {"level": "WARNING"}},
}
