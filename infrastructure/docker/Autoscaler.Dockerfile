# The autoscaler service. Build context: the repository's root, after infrastructure/scripts/publish.sh.
#   docker build -f infrastructure/docker/Autoscaler.Dockerfile -t platform-autoscaler .
# BASE_IMAGE is any image with the ASP.NET Core 10 runtime; librdkafka comes from its distribution. Without a registry: base-image.sh.
ARG BASE_IMAGE=mcr.microsoft.com/dotnet/aspnet:10.0
FROM ${BASE_IMAGE}
ARG INSTALL_LIBRDKAFKA=true
RUN if [ "$INSTALL_LIBRDKAFKA" = true ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends librdkafka1 && rm -rf /var/lib/apt/lists/*; fi
COPY artifacts/publish/Autoscaler/ /app/
# Everything the service writes lies in /data; the root file system may be read-only.
RUN mkdir /data && chown 10001:10001 /data
VOLUME /data
ENV PLATFORM_Data=/data DOTNET_EnableDiagnostics=0
USER 10001:10001
WORKDIR /app
EXPOSE 8011
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 CMD ["dotnet", "/app/Platform.Autoscaler.dll", "health-check"]
ENTRYPOINT ["dotnet", "/app/Platform.Autoscaler.dll"]
