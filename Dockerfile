FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# First, install the dependencies that ship and set them aside; then install the build tools. Both come before the source is copied, so
# that a change in the source repeats neither. Scripts are off, because `dependencies` would build without the source.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && mkdir /shipped && mv node_modules /shipped
RUN npm ci --ignore-scripts --no-audit --no-fund
# The client of --store is an optional peer dependency, which only the second of these installs.
RUN mkdir /shipped/node_modules/@redis && cp -r node_modules/@redis/client /shipped/node_modules/@redis
# Remove what is not loaded at run time: source maps, types, tests, and documents. Keep the licenses.
RUN find /shipped/node_modules -type d \( -name test -o -name docs -o -name 'example*' -o -name 'benchmark*' -o -name .github \) -prune -exec rm -r {} + \
  && find /shipped/node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.[cm]ts' -o -iname '*.md' \) ! -iname 'licen[cs]e*' -delete
COPY tsconfig.json tsconfig.build.json bundle.js ./
COPY src src
RUN npm run build
COPY fixtures fixtures
# Load the command, the client of --store, and the page of the docs from the tree that ships. This fails if a file or a dependency is missing.
RUN cp -r dist fixtures package.json /shipped && cd /shipped && node dist/main.js openapi >/dev/null \
  && node --eval "import('@redis/client')" \
  && node --eval "import('./dist/index.js').then(({ buildApp }) => buildApp({ logLevel: 'fatal' }).inject('/docs/')).then(({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))"

FROM node:24-slim
LABEL org.opencontainers.image.title="verifa-mock" \
  org.opencontainers.image.description="A stand-in for Verifa's sessions API" \
  org.opencontainers.image.licenses="MIT"
# Nobody outside the container can reach 127.0.0.1 in it.
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
# For `-v verifa-state:/state … --state /state/verifa.json`: a named volume takes over the owner of the folder.
RUN install --directory --owner=1000 --group=1000 --mode=700 /state
# All other files belong to root, because the mock writes nothing else. The parts that change least come first.
COPY --from=build /shipped/node_modules node_modules
COPY LICENSE package.json ./
COPY fixtures fixtures
COPY --from=build /app/dist dist
# The user `node`, as a number, so that a cluster can see that it is not root.
USER 1000
EXPOSE 4010
# It uses the port in PORT or VERIFA_MOCK_PORT. It does not know a --port that is given after the name of the image.
# The start period is short because some engines check for the first time when it ends.
HEALTHCHECK --interval=5s --timeout=3s --start-period=2s CMD ["node", "dist/main.js", "health"]
# Without npm or a shell, which would not forward the signal to stop. Arguments after the name of the image are options.
ENTRYPOINT ["node", "/app/dist/main.js"]
