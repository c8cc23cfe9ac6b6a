"""The one door: sign-on, routing, catalogue, rendering of reports, pages."""
