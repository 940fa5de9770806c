// A small client, as an application may have it. It retries when the connection is lost.
import { randomUUID } from 'node:crypto'

/**
 * Updates a session. All attempts carry the same Idempotency-Key: if an attempt was carried out and only its response
 * was lost, the next attempt gets that response and changes nothing.
 */
export async function updateSession (baseUrl, apiKey, id, changes, { idempotencyKey = randomUUID(), attempts = 3 } = {}) {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(`${baseUrl}/sessions/${id}`, {
        method: 'PATCH',
        headers: { 'X-API-Key': apiKey, 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
        body: JSON.stringify(changes)
      })
      const body = await response.json()
      if (response.ok) return body
      throw Object.assign(new Error(`${body.error}: ${JSON.stringify(body.detail)}`), { status: response.status })
    } catch (error) {
      // fetch throws a TypeError when the connection is lost. In production, wait a little before the next attempt.
      if (!(error instanceof TypeError) || attempt === attempts) throw error
    }
  }
}
