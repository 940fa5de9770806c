import { randomUUID } from 'node:crypto'
import { connectVerifaMock } from 'verifa-mock'
import { inject } from 'vitest'

/** An API key of one's own, and with it sessions, idempotency keys, journal, faults and clock of one's own. */
export function newWorld () {
  const apiKey = `vk_sandbox_${randomUUID()}`
  const mock = connectVerifaMock(inject('verifaUrl'), { apiKey })
  return { apiKey, mock, baseUrl: `${mock.url}/api/v1` }
}
