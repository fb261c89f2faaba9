# Three stages: npm packages, Python packages, and the image that runs (web, worker, beat and migrations alike).

FROM node:22-bookworm-slim AS interface
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress

FROM python:3.12-slim-bookworm AS paquets
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt

FROM python:3.12-slim-bookworm
# Pango makes the PDFs; the fonts come with the npm packages.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent pilotville \
    && install -d -o pilotville -g pilotville -m 0700 /fichiers
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    RACINE_FICHIERS=/fichiers \
    STATIC_ROOT=/app/staticfiles
COPY --from=paquets /venv /venv
COPY --from=interface /app/node_modules node_modules
COPY . .
# The key serves this one command, which reads no data; the real one comes from the environment at run time.
RUN SECRET_KEY=collectstatic ALLOWED_HOSTS=localhost python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q acteurs commun config contrats evaluation geographie portail programmation tfpb
USER pilotville
VOLUME /fichiers
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "config.demarrage.sante"]
# Sized by WEB_CONCURRENCY (processes, 2 by default) and WEB_THREADS.
CMD ["sh", "-c", "exec gunicorn config.wsgi:application --bind 0.0.0.0:8000 --workers ${WEB_CONCURRENCY:-2} --threads ${WEB_THREADS:-4} --timeout 60 --graceful-timeout 20 --worker-tmp-dir /dev/shm --no-control-socket --access-logfile -"]
