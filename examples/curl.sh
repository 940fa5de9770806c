#!/bin/sh
# sh examples/curl.sh [URL] – an answer is lost, the client tries again with the same key, exactly one change is made.
# The mock runs already: at URL, at $VERIFA_URL, or where it is unless told otherwise. Its state is reset.
set -eu
url=${1:-${VERIFA_URL:-http://127.0.0.1:4010}}

fail () {
  echo "not as expected: $1" >&2
  exit 1
}

# the request of a client, as often as it is needed; -i prints the headers of the answer too
update () {
  curl -sS -i -X PATCH "$url/api/v1/sessions/ses_pending" \
    -H 'X-API-Key: vk_sandbox_test' \
    -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: order-7' \
    -d '{"metadata":{"plan":"gold"}}'
}

echo 'The mock is up, and as at the start. Its clock stands still.'
curl -sS --fail "$url/_mock/health"; echo
curl -sS --fail -X POST "$url/_mock/reset"
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"freeze":true}'; echo

echo 'The next update is carried out, and its answer is lost.'
curl -sS --fail "$url/_mock/faults" -H 'Content-Type: application/json' \
  -d '{"match":{"session_id":"ses_pending"},"then":{"drop":"after"}}'; echo
if answer=$(update); then fail "there is an answer: $answer"; fi

echo 'The client tries again with the same key, and gets the answer that was lost.'
answer=$(update)
echo "$answer" | grep '^HTTP/1.1 200 ' || fail "$answer"
echo "$answer" | grep -i '^Idempotent-Replayed: true' || fail "$answer"

echo 'There were two requests …'
curl -sS --fail "$url/_mock/requests/verify" -H 'Content-Type: application/json' \
  -d '{"match":{"idempotency_key":"order-7","body":{"metadata":{"plan":"gold"}}},"count":2}'; echo

echo '… and one change.'
requests=$(curl -sS --fail "$url/_mock/requests?idempotency_key=order-7")
changes=$(echo "$requests" | grep -o '"change":' | wc -l)
[ "$changes" -eq 1 ] || fail "$changes changes: $requests"

echo 'A second before its 24 hours are over, the key still counts …'
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"advance":"23h59m59s"}'; echo
answer=$(update)
echo "$answer" | grep -i '^Idempotent-Replayed: true' || fail "$answer"

echo '… and then it is free again.'
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"advance":"1s"}'; echo
answer=$(update)
echo "$answer" | grep '^HTTP/1.1 200 ' || fail "$answer"
if echo "$answer" | grep -i '^Idempotent-Replayed'; then fail "$answer"; fi

curl -sS --fail -X POST "$url/_mock/reset"
echo 'All is as expected.'
