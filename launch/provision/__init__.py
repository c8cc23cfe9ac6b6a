"""What the bank runs on, set up without asking: packages, PostgreSQL, RabbitMQ, a browser for the tests.

Everything here uses the standard library only and imports nothing else of the project: `./huitong` runs it before any package is installed.
"""
