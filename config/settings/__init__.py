"""One module per way of running: demo (default of manage.py), test, production."""
