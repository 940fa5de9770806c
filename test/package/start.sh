#!/usr/bin/env bash
# `npm start`, as in the README, on a free port: the update that it prints succeeds, and so does the page of the docs.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec 3< <(PORT=0 exec setsid npm start 2>&1)
# the whole group: npm does not hand a signal on to what it started
trap 'kill -- -$!' EXIT
while read -r -u 3 line; do
  echo "$line"
  [[ $line == *'"try":'* ]] && break
done
bash -c "$(node -p 'JSON.parse(process.argv[1]).try' "$line") --fail --silent --show-error" | grep '"plan":"gold"'
# the page loads a package that the bundle leaves out
curl --fail --silent --show-error "$(node -p 'JSON.parse(process.argv[1]).url' "$line")/docs/" | grep swagger-ui >/dev/null
