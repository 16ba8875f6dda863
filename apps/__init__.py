"""The web pages, one file a page, each with its template beside it; see docs/guides/pages.md."""
