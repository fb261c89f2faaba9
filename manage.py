#!/usr/bin/env python3
"""Django's command line. With DATABASE_URL or REDIS_URL unset, embedded servers run for the command's own duration."""

import sys

from config.demarrage.gestion import executer

if __name__ == "__main__":
    executer(sys.argv)
