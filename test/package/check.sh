#!/usr/bin/env bash
# The packed tarball as a user gets it: installed in an empty folder, used from ES modules, from CommonJS, from strict TypeScript, and as
# a command.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
npm pack --silent --pack-destination "$work" >/dev/null
tar tzf "$work"/*.tgz | sort >"$work/contents"
if grep -vE '^package/(dist/.*\.(js|d\.ts)|dist/inspector/[a-z]+\.(html|css|svg)|dist/THIRD-PARTY-LICENSES\.txt|fixtures/.*\.json|package\.json|README\.md|LICENSE|CHANGELOG\.md|docs/.*\.md|docs/images/.*\.png|examples/.*)$' "$work/contents"; then
  echo 'these files do not belong in the package'
  exit 1
fi

mkdir "$work/user"
cp "$root"/test/package/use.* "$work/user"
cd "$work/user"
npm init --yes >/dev/null
npm install --foreground-scripts --no-audit --no-fund --prefer-offline "$work"/*.tgz 2>&1 | tee "$work/installed"
if grep -E "verifa-mock@[^ ]+ \(?((pre|post)?install|prepare)" "$work/installed"; then
  echo 'installing the package runs scripts'
  exit 1
fi
node use.mjs
node use.cjs
npx --no-install verifa-mock --help | grep 'Usage: verifa-mock'
npx --no-install verifa-mock openapi | grep '"openapi": "3.1.0"'
npm install --silent --no-audit --no-fund --prefer-offline "typescript@$(node -p "require('$root/node_modules/typescript/package.json').version")" \
  "@types/node@$(node -p "require('$root/node_modules/@types/node/package.json').version")"
npx --no-install tsc --noEmit --strict --exactOptionalPropertyTypes --skipLibCheck false --module nodenext --target es2023 --types node use.mts
echo 'the package works'
