import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from '../answers.js'
import { start, stop } from '../server.js'
import { works } from '../works.js'
import { bareFastify } from './bare-fastify.js'
import { files } from './files.js'
import { jsonServer } from './json-server.js'
import { mock, mockProgram } from './mock.js'
import { mockoon } from './mockoon.js'
import { prism } from './prism.js'
import { rawHttp } from './raw-http.js'
import { wiremock } from './wiremock.js'

/** Other programs that people take as a stand-in for an API. */
export const peers = { 'prism': prism, 'json-server': jsonServer, 'mockoon': mockoon, 'wiremock': wiremock }

export const allSubjects = [mock, bareFastify, rawHttp, ...Object.values(peers)]

/**
 * Asks the mock for what the others are to answer with: the session that it answers an update with, so that all send
 * the same JSON, and its OpenAPI document.
 */
export async function prepareSubjects (settings) {
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

  const { status, stdout, stderr } = spawnSync(process.execPath, [mockProgram, 'openapi'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The mock has to be built first: npm run build, in the folder above. ${stderr}`)
  files.openapi = join(folder, 'openapi.json')
  writeFileSync(files.openapi, stdout)

  const server = await start(mock, settings)
  const { text } = await ask(server, works.update)
  await stop(server)
  files.session = join(folder, 'session.json')
  writeFileSync(files.session, text)
}
