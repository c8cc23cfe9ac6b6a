# One image for every application; the command says which: serve <application>, migrate, demo.

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock .
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --require-hashes --only-binary=:all: --requirement requirements.lock \
 && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM python:3.11-slim AS application
LABEL org.opencontainers.image.title="Huitong 汇通" \
      org.opencontainers.image.description="Core banking system for a Chinese city commercial bank"
RUN groupadd --system --gid 10001 huitong \
 && useradd --system --uid 10001 --gid huitong --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin huitong
COPY --from=packages /opt/venv /opt/venv
WORKDIR /opt/huitong
COPY huitong ./
COPY kernel ./kernel
COPY contracts ./contracts
COPY runtime ./runtime
COPY banking ./banking
COPY services ./services
COPY gateway ./gateway
COPY launch ./launch
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/huitong \
    PYTHONUNBUFFERED=1 \
    HUITONG_HOST=0.0.0.0 \
    HUITONG_PORT=8000
# The file system is read-only when the image runs, so the byte code is made here.
RUN python -m compileall -q /opt/huitong
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "launch"]
CMD ["--help"]
