"""Set-up and running of a checkout: prerequisites, installation, embedded servers, supervisor, Makefile commands.

Standard library only (but `preparation`), for it runs before the virtual environment exists. Settings never import it:
whoever starts Django (`manage.py`, the supervisor, `make test`) first puts `DATABASE_URL` and `REDIS_URL` in the
environment.
"""
