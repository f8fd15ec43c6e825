"""The project's own tests; a package, so that the providers' tests can import `tests.tools`."""
