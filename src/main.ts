#!/usr/bin/env node
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { LogStream } from './command/log-stream.js'
import type { ConformanceOptions } from './conformance/options.js'
import type { Options } from './options/options.js'

/** How long the mock may take to close before the process exits anyway, in milliseconds: the server needs 750, the log 200. */
const END_AFTER = 2_000

/** The same with a state file, which may be large. Docker kills a container after 10 seconds. */
const END_AFTER_WRITING = 8_000

/** How long the mock waits for the reader of its log when it closes, in milliseconds. */
const LOG_CUT_AFTER = 200

// Each command loads only the modules that it needs, because a health check must be quick. So the bundle has a file with only this
// module, whose coverage is measured in the processes that the tests start.

const { parseCommandLine } = await import('./command/cli.js')
const command = parseCommandLine(process.argv.slice(2), process.env)
if ('warnings' in command) command.warnings.forEach(warning => console.error(warning))
switch (command.name) {
  case 'help': {
    const { help } = await import('./command/help.js')
    console.log(help(command.about))
    break
  }
  case 'version': {
    const { version } = await import('./own-package.js')
    console.log(version)
    break
  }
  case 'problem':
    console.error(command.message)
    process.exitCode = 2
    break
  case 'health': {
    const { askHealth } = await import('./command/health.js')
    const { ok, message } = await askHealth(command.options)
    console.log(message)
    process.exitCode = ok ? 0 : 1
    break
  }
  case 'trigger': {
    const [{ connectOptions, trigger }, { connectVerifaMock }, { urlOf }] = await Promise.all([
      import('./command/trigger.js'), import('./mock.js'), import('./command/health.js')
    ])
    const { event, about, options } = command
    const mock = connectVerifaMock(urlOf(options.host, options.port), connectOptions(options))
    const { exitCode, message } = await trigger(mock, event, about)
    console.log(message)
    process.exitCode = exitCode
    break
  }
  case 'openapi': {
    const { buildApp } = await import('./app.js')
    const { state, store, ...openApiOptions } = command.options // the document needs neither; another process may use the state file
    const app = buildApp({ ...openApiOptions, fixtures: [], logLevel: 'silent', watch: false })
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
  // with `… | head -1`, an unhandled error would end the process before the session is restored
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop.abort())
  const { exitCode, report, problem } = await runConformance(options, { progress: line => console.error(line), signal: stop.signal })
  if (report !== undefined) console.log(report)
  if (problem !== undefined) console.error(problem)
  process.exitCode = exitCode
}

async function serve (options: Options): Promise<void> {
  const { default: closeWithGrace } = await import('close-with-grace')
  let app: FastifyInstance | undefined
  let log: LogStream | undefined
  let starting = options.store !== undefined
  // first of all, because process 1 of a container ignores a signal without a listener
  const delay = options.shutdownDelay + (options.state === undefined ? END_AFTER : END_AFTER_WRITING)
  closeWithGrace({ delay, logger: false, skip: ['beforeExit'] }, async ({ err }) => {
    if (err !== undefined) console.error(err)
    try {
      // Fastify closes an app only after it has started, and the store may delay the start for seconds
      if (!starting) await app?.close() // it throws if the state could not be written; then the exit code is 1
    } finally {
      await Promise.race([log?.flush(), wait(LOG_CUT_AFTER)])
    }
  })
  process.stdout.on('error', () => undefined) // with `… | head -1`, the mock continues without a log
  try {
    const [{ buildApp }, { logStream }, { keepTickObject }] = await Promise.all([
      import('./app.js'), import('./command/log-stream.js'), import('./command/tick-objects.js')
    ])
    keepTickObject()
    log = logStream(process.stdout)
    app = buildApp(options, log)
    await app.listeners.listen(app, options)
    starting = false
    await sayReady(app, log, options)
  } catch (error) {
    const { explainFailedStart } = await import('./command/failed-start.js')
    const { exitCode, message } = explainFailedStart(error as Error, options)
    console.error(message)
    process.exitCode = exitCode
    await app?.close()
  }
}

async function sayReady (app: FastifyInstance, log: LogStream, { host, apiKeys, control, inspector, logLevel }: Options): Promise<void> {
  if (logLevel === 'silent') return
  const [{ readyLine }, { urlOf }, { version }, { someSessions }] = await Promise.all([
    import('./command/ready-line.js'), import('./command/health.js'), import('./own-package.js'), import('./domain/workspace.js')
  ])
  const url = urlOf(host, (app.server.address() as AddressInfo).port)
  const { store } = await app.workspaces.shared.enter()
  const [count, sessions] = await Promise.all([store.count('sessions'), someSessions(store)])
  log.write(readyLine({ url, version, count, sessions, apiKeys, inspector: control && inspector }))
}
