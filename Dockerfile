# The binary on a small Debian. Build it first: npm run build && docker build -t paraphe .
# (on arm64: npm run build -- --arm64, and --build-arg BINARY=dist/linux-arm64/paraphe)
FROM debian:12-slim

ARG BINARY=dist/paraphe

# util-linux brings unshare and prlimit, which stand around the child that reads strangers' files.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates tzdata util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 paraphe \
 && useradd --system --uid 10001 --gid paraphe --home-dir /data --no-create-home --shell /usr/sbin/nologin paraphe \
 && install -d -o paraphe -g paraphe -m 0700 /data

COPY --chmod=0755 ${BINARY} /usr/local/bin/paraphe

# Secrets come as files: PARAPHE_…_FILE. What changes the engine below the binary is emptied.
ENV PARAPHE_DATA=/data \
    PARAPHE_LISTEN=0.0.0.0:8080 \
    BUN_OPTIONS= \
    NODE_OPTIONS=

USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/paraphe", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/paraphe"]
CMD ["serve"]
