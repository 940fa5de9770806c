import { hostname } from 'node:os'
import type { Session } from '../domain/sessions/session.js'

/** A mock that has started. */
export interface Ready {
  /** The URL at which it listens, such as `http://127.0.0.1:4010`. */
  url: string
  version: string
  /** The number of sessions. */
  count: number
  /** Some of the sessions, one of which is used in the command to try. */
  sessions: readonly Pick<Session, 'id' | 'is_sandbox' | 'retention_status'>[]
  /** The API keys that it accepts; an empty list means every well-formed key. */
  apiKeys: readonly string[]
  /** Whether it has an inspector. */
  inspector: boolean
}

/** The line in the log when a mock has started. */
export interface ReadyLine {
  level: 30
  time: number
  pid: number
  hostname: string
  url: string
  inspector?: string
  docs: string
  sessions: number
  /** A command to try. */
  try: string
  msg: string
}

/** The line in the log when a mock has started, as JSON. */
export function readyLine ({ url, version, count, sessions, apiKeys, inspector }: Ready): string {
  const line: ReadyLine = {
    level: 30,
    time: Date.now(),
    pid: process.pid,
    hostname: hostname(),
    url,
    ...(inspector && { inspector: `${url}/_mock/` }),
    docs: `${url}/docs`,
    sessions: count,
    try: apiKeys.length === 0 ? tryUpdate(url, sessions) : tryHealth(url), // a key must not end up in a log
    msg: `verifa-mock ${version} is ready at ${url}`
  }
  return `${JSON.stringify(line)}\n`
}

/** The same line for a terminal. */
export function banner ({ msg, inspector, docs, sessions, try: command }: ReadyLine): string {
  const page = inspector === undefined ? '' : `  Inspector: ${inspector}\n`
  return `${msg}\n${page}  Docs:      ${docs}\n  Sessions:  ${sessions}\n  Try:       ${command}\n\n`
}

function tryUpdate (url: string, sessions: Ready['sessions']): string {
  const session = sessions.find(({ id, retention_status: retention }) => retention !== 'redacted' && /^[\w.-]+$/.test(id))
  if (session === undefined) return tryHealth(url)
  return `curl -X PATCH ${url}/sessions/${session.id} -H 'X-API-Key: vk_${session.is_sandbox ? 'sandbox' : 'live'}_test' ` +
    '-H \'Content-Type: application/json\' -d \'{"metadata":{"plan":"gold"}}\''
}

function tryHealth (url: string): string {
  return `curl ${url}/_mock/health`
}
