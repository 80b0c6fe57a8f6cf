# One image, three uses: web, workers, and one-off commands. See docs/running.md.
FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-default-groups

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home /app lockstep
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 LOG_FORMAT=json
WORKDIR /app
COPY --from=build /app/.venv ./.venv
COPY . .
# Static files are collected once, at build time; the key is only there because settings ask for one.
RUN mkdir -p var && SECRET_KEY=only-for-collecting-static-files-at-build-time \
    python manage.py collectstatic --noinput --verbosity 0 && chown -R lockstep var
USER lockstep
EXPOSE 8000
STOPSIGNAL SIGTERM
# The probe must name a host that ALLOWED_HOSTS knows.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0]}), timeout=4)"]
CMD ["python", "-m", "gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--timeout", "60", "--access-logfile", "/dev/null"]
