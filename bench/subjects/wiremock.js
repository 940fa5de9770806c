import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder, readSession, versionIn } from './files.js'

const folder = packageFolder('wiremock')

/** A fixed response, without its journal of requests, which would fill the memory. It needs Java 11 or later. */
export const wiremock = {
  name: 'WireMock',
  version: () => versionIn(folder) && javaVersion() && `${versionIn(folder)} on Java ${javaVersion()}`,
  warmupFactor: 3, // a JVM takes seconds to reach its full speed
  command: ({ port, folder: ownFolder }) => {
    mkdirSync(join(ownFolder, 'mappings'))
    writeFileSync(join(ownFolder, 'mappings', 'update.json'), JSON.stringify(mapping()))
    const jar = readdirSync(join(folder, 'build')).find(name => name.endsWith('.jar'))
    return [
      'java', '-jar', join(folder, 'build', jar), '--bind-address', '127.0.0.1', '--port', `${port}`, '--root-dir', ownFolder,
      '--no-request-journal', '--disable-request-logging', '--disable-response-templating', '--disable-banner'
    ]
  }
}

function mapping () {
  return {
    request: { method: 'PATCH', urlPathPattern: '/sessions/[^/]+' },
    response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(readSession()) }
  }
}

let java

function javaVersion () {
  java ??= /version "([^"]+)"/.exec(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr ?? '')?.[1]
  return java
}
