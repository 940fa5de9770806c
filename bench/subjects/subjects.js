import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { send } from '../responses.js'
import { start, stop } from '../server.js'
import { workloads } from '../workloads.js'
import { bareFastify } from './bare-fastify.js'
import { files } from './files.js'
import { jsonServer } from './json-server.js'
import { mock, mockProgram } from './mock.js'
import { mockoon } from './mockoon.js'
import { prism } from './prism.js'
import { rawHttp } from './raw-http.js'
import { wiremock } from './wiremock.js'

/** Other programs that people use as a mock of an API. */
export const peers = { 'prism': prism, 'json-server': jsonServer, 'mockoon': mockoon, 'wiremock': wiremock }

export const allSubjects = [mock, bareFastify, rawHttp, ...Object.values(peers)]

/**
 * Gets from the mock what the others respond with: its OpenAPI document, and the session that it returns from an update, so that all
 * send the same JSON.
 */
export async function prepareSubjects (settings) {
  const folder = mkdtempSync(join(tmpdir(), 'verifa-mock-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

  const { status, stdout, stderr } = spawnSync(process.execPath, [mockProgram, 'openapi'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`Build the mock first, with npm run build in the folder above. ${stderr}`)
  files.openapi = join(folder, 'openapi.json')
  writeFileSync(files.openapi, stdout)

  const server = await start(mock, settings)
  const { text } = await send(server, workloads.update)
  await stop(server)
  files.session = join(folder, 'session.json')
  writeFileSync(files.session, text)
}
