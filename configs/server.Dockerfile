# The control plane in a container, for Nomad and docker compose. `make build` first;
# the context is bin/:
#
#   docker build --file configs/server.Dockerfile --tag grader-server:v1.0.0 bin
ARG BASE=debian:bookworm-slim
FROM ${BASE}
ARG PACKAGES="git ca-certificates"
RUN set -eu; \
    apt-get update -qq; \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $PACKAGES >/dev/null; \
    rm -rf /var/lib/apt/lists/*
COPY grader grader-hook /usr/local/bin/
ENTRYPOINT ["/usr/local/bin/grader"]
CMD ["doctor"]
