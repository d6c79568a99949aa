# wstest in place of the reference's image: the same command, paths, volumes and port.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /wstest ./cmd/wstest

# Not a bare image: users start shells in it.
FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /opt/pypy/bin /config /reports \
 && ln -s /usr/local/bin/wstest /opt/pypy/bin/wstest
COPY --from=build /wstest /usr/local/bin/wstest
WORKDIR /
VOLUME /config /reports
EXPOSE 9001 8080
CMD ["wstest", "--mode", "fuzzingserver", "--spec", "/config/fuzzingserver.json"]
