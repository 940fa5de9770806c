#!/bin/sh
# Usage: sh examples/curl.sh [URL]
# A response is lost, the client retries with the same key, and exactly one change is made.
# Needs a running mock at URL, at $VERIFA_URL, or at http://127.0.0.1:4010. Resets its state.
set -eu
url=${1:-${VERIFA_URL:-http://127.0.0.1:4010}}

fail () {
  echo "unexpected: $1" >&2
  exit 1
}

# the client's request; -i prints the response headers too
update () {
  curl -sS -i -X PATCH "$url/api/v1/sessions/ses_pending" \
    -H 'X-API-Key: vk_sandbox_test' \
    -H 'Content-Type: application/json' \
    -H 'Idempotency-Key: order-7' \
    -d '{"metadata":{"plan":"gold"}}'
}

echo 'Reset the mock, and freeze its clock.'
curl -sS --fail "$url/_mock/health"; echo
curl -sS --fail -X POST "$url/_mock/reset"
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"freeze":true}'; echo

echo 'Make the next update, but lose its response.'
curl -sS --fail "$url/_mock/faults" -H 'Content-Type: application/json' \
  -d '{"match":{"session_id":"ses_pending"},"then":{"drop":"after"}}'; echo
if response=$(update); then fail "there is a response: $response"; fi

echo 'Retry with the same key, and get the response that was lost.'
response=$(update)
echo "$response" | grep '^HTTP/1.1 200 ' || fail "$response"
echo "$response" | grep -i '^Idempotent-Replayed: true' || fail "$response"

echo 'There were two requests …'
curl -sS --fail "$url/_mock/requests/verify" -H 'Content-Type: application/json' \
  -d '{"match":{"idempotency_key":"order-7","body":{"metadata":{"plan":"gold"}}},"count":2}'; echo

echo '… and one change.'
requests=$(curl -sS --fail "$url/_mock/requests?idempotency_key=order-7")
changes=$(echo "$requests" | grep -o '"type":"session.updated"' | wc -l)
[ "$changes" -eq 1 ] || fail "$changes changes: $requests"

echo 'One second before the 24 hours are over, the key is still in use …'
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"advance":"23h59m59s"}'; echo
response=$(update)
echo "$response" | grep -i '^Idempotent-Replayed: true' || fail "$response"

echo '… and then it is free again.'
curl -sS --fail "$url/_mock/clock" -H 'Content-Type: application/json' -d '{"advance":"1s"}'; echo
response=$(update)
echo "$response" | grep '^HTTP/1.1 200 ' || fail "$response"
if echo "$response" | grep -i '^Idempotent-Replayed'; then fail "$response"; fi

curl -sS --fail -X POST "$url/_mock/reset"
echo 'Everything is as expected.'
