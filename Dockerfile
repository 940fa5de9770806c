FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# First the tree that ships, set aside before the tools to build with come in. Both installs come before the source, so
# a change of the source repeats neither. Scripts stay off: `prepare` would build, and the source is not there yet.
# What nothing loads at run time goes: source maps, types, tests and documents. Licences stay.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules -type d \( -name test -o -name docs -o -name 'example*' -o -name 'benchmark*' -o -name .github \) -prune -exec rm -r {} + \
  && find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -iname '*.md' \) ! -iname 'licen[cs]e*' -delete \
  && mkdir /shipped && mv node_modules /shipped
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json bundle.js ./
COPY src src
RUN npm run build
COPY fixtures fixtures
# Loads the whole mock on the tree that ships: a file or a dependency that is missing there fails here.
RUN cp -r dist fixtures package.json /shipped && cd /shipped && node dist/main.js openapi >/dev/null

FROM node:24-slim
LABEL org.opencontainers.image.title="verifa-mock" \
  org.opencontainers.image.description="A stand-in for Verifa's sessions API" \
  org.opencontainers.image.licenses="MIT"
# Inside a container 127.0.0.1 is reached by nobody outside.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
# The files stay root's: the mock reads them and writes nothing. The parts that change least come first.
COPY --from=build /shipped/node_modules node_modules
COPY LICENSE package.json ./
COPY fixtures fixtures
COPY --from=build /app/dist dist
# A number, so that a cluster can see that it is not root. It is the user `node`.
USER 1000
EXPOSE 4010
# Asks the port that PORT or VERIFA_MOCK_PORT names; it does not see a --port given after the image's name.
# A short start period: some engines ask for the first time when it ends.
HEALTHCHECK --interval=5s --timeout=3s --start-period=2s CMD ["node", "dist/main.js", "health"]
# No npm and no shell in between: they would not pass on the signal to stop. What follows the image's name are options.
ENTRYPOINT ["node", "/app/dist/main.js"]
