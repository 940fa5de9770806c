import { randomUUID } from 'node:crypto'
import { connectVerifaMock } from 'verifa-mock'
import { inject } from 'vitest'

/** A new API key, and with it a new workspace: sessions, idempotency keys, journal, faults, and clock. */
export function newWorkspace () {
  const apiKey = `vk_sandbox_${randomUUID()}`
  const mock = connectVerifaMock(inject('verifaUrl'), { apiKey })
  return { apiKey, mock, baseUrl: `${mock.url}/api/v1` }
}
