"""What the pages do, for programs: JSON below /api/v1/. docs/api.md shows how to use it."""
