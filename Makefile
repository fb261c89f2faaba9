# Every command of the project. The work is done by config/demarrage (Python's standard library only).

# Chosen by running it: a name on the PATH may lead to no working Python, or to one without venv.
ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3 python3.14 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
endif

.PHONY: aide pret demo demo-reset test check bench

aide: ## Affiche cette liste
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

pret: ## Installe, crée la base et charge la démonstration
demo: ## Lance la démonstration (PORT=8000 par défaut)
demo-reset: ## Efface ce qui a été saisi et relance la démonstration
test: ## Lance toute la suite de tests (ARGS="…" va à pytest)
check: ## Vérifie style, types, imports, migrations, réglages et OpenAPI
bench: ## Mesure les performances (ARGS="…" va à bench)

# `exec`: a signal sent to make reaches the program, not a shell in between.
pret demo demo-reset test check bench:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 ou plus récent, avec venv, est introuvable : installez python3 et python3-venv, ou donnez PYTHON=/chemin/vers/python3." >&2; \
		exit 1; fi; \
	exec "$(PYTHON)" -m config.demarrage $@
