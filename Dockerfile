# gradesvc in a small image: built on Debian 12, run as a user without rights, state in /var/lib/gradesvc.
#   docker build -t gradesvc .
#   docker run -p 127.0.0.1:8080:8080 -v gradesvc_data:/var/lib/gradesvc gradesvc --listen=0.0.0.0:8080 --insecure
FROM debian:12-slim AS build
WORKDIR /src
COPY script/setup script/lib.sh script/
RUN script/setup --build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
 && cmake --build /build --target gradesvc \
 && cmake --install /build --prefix /opt/gradesvc --strip

FROM debian:12-slim
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates libboost-json1.81.0 libboost-url1.81.0 librdkafka1 libsqlite3-0 libspdlog1.10 libfmt9 \
      libprometheus-cpp-core1.0 libssl3 libutf8proc2 libsystemd0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/gradesvc --shell /usr/sbin/nologin gradesvc \
 && install -d -o gradesvc -g gradesvc -m 0750 /var/lib/gradesvc
COPY --from=build /opt/gradesvc/bin/gradesvc /usr/local/bin/gradesvc
COPY config/gradesvc.toml /etc/gradesvc/gradesvc.toml
COPY config/tests /usr/share/gradesvc/tests

USER gradesvc
WORKDIR /var/lib/gradesvc
VOLUME /var/lib/gradesvc
ENV GRADESVC_DATA=/var/lib/gradesvc GRADESVC_LOG_FORMAT=json
EXPOSE 8080 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["gradesvc", "health", "http://127.0.0.1:8080"]
ENTRYPOINT ["gradesvc"]
CMD ["--role=all"]
