"""What goes in and out of the API, as DRF serializers: the OpenAPI document is drawn from them."""
