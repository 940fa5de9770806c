import { startVerifaMock } from 'verifa-mock'

/** One mock for all test files, with a world of its own for each API key. */
export default async function ({ provide }) {
  const mock = await startVerifaMock({ isolation: 'api-key' })
  provide('verifaUrl', mock.url)
  return () => mock.close()
}
