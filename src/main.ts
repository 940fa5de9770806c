#!/usr/bin/env node
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { parseCommandLine } from './command/cli.js'
import type { ConformanceOptions } from './conformance/options.js'
import { askHealth, urlOf } from './command/health.js'
import { type LogStream, logStream } from './command/log-stream.js'
import type { Options } from './options/options.js'
import { readyLine } from './command/ready-line.js'
import { explainFailedStart } from './command/failed-start.js'
import { version } from './own-package.js'

/**
 * How long, in milliseconds, answers in flight have to end when the mock is told to stop: with the time for its log it is to
 * be gone within a second.
 */
const CUT_AFTER = 750

/** How long, in milliseconds, it then waits for whoever reads its log. */
const LOG_CUT_AFTER = 200

// Fastify and all that hangs on it are loaded by the commands that need it: a health check must be quick.

const command = parseCommandLine(process.argv.slice(2), process.env)
switch (command.name) {
  case 'help': {
    const { help } = await import('./command/help.js')
    console.log(help(command.about))
    break
  }
  case 'version':
    console.log(version)
    break
  case 'problem':
    console.error(command.message)
    process.exitCode = 2
    break
  case 'health': {
    const { ok, message } = await askHealth(command.options)
    console.log(message)
    process.exitCode = ok ? 0 : 1
    break
  }
  case 'openapi': {
    const { buildApp } = await import('./app.js')
    const app = buildApp({ ...command.options, logLevel: 'silent', watch: false })
    console.log(JSON.stringify((await app.inject('/openapi.json')).json(), null, 2))
    break
  }
  case 'conformance':
    await conformance(command.options)
    break
  case 'serve':
    await serve(command.options)
}

async function conformance (options: ConformanceOptions): Promise<void> {
  const { runConformance } = await import('./conformance/conformance.js')
  const stop = new AbortController()
  // once: the first signal ends the run and puts the session back, a second one ends the process
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  // nobody reads any more (`… | head -1`): unheard, the error would end the process before the session is put back
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort())
  const { exitCode, report, problem } = await runConformance(options, { progress: line => console.error(line), signal: stop.signal })
  if (report !== undefined) console.log(report)
  if (problem !== undefined) console.error(problem)
  process.exitCode = exitCode
}

async function serve (options: Options): Promise<void> {
  let app: FastifyInstance | undefined
  let log: LogStream | undefined
  // first of all: as process 1 of a container a signal that nobody listens to is lost
  closeWithGrace({ delay: CUT_AFTER * 2, logger: false, skip: ['beforeExit'] }, async ({ err }) => {
    if (err !== undefined) console.error(err)
    // the server waits for answers in flight, and no longer for a client that does not go
    setTimeout(() => app?.server.closeAllConnections(), CUT_AFTER).unref()
    await app?.close()
    await Promise.race([log?.flush(), wait(LOG_CUT_AFTER)])
  })
  process.stdout.on('error', () => undefined) // who reads no more (`… | head -1`) still has a mock
  try {
    const { buildApp } = await import('./app.js')
    log = await logStream(process.stdout.isTTY, process.stdout)
    app = buildApp(options, log)
    await app.listen({ host: options.host, port: options.port })
    const { port } = app.server.address() as AddressInfo
    console.log(readyLine(urlOf(options.host, port), app.workspaces.shared.store, options))
  } catch (error) {
    const { exitCode, message } = explainFailedStart(error as NodeJS.ErrnoException, options)
    console.error(message)
    process.exitCode = exitCode
    await app?.close()
  }
}
