import { startVerifaMock } from 'verifa-mock'

/** Starts one mock for all test files, with a workspace for each API key. */
export default async function ({ provide }) {
  const mock = await startVerifaMock({ isolation: 'api-key' })
  provide('verifaUrl', mock.url)
  return () => mock.close()
}
