import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidRun } from '../invalid-run.js'
import { checkResponse } from '../responses.js'
import { freshRounds, pairedRounds, ratioRow, speeds } from '../rounds.js'
import { start, withServers } from '../server.js'
import { workloads } from '../workloads.js'

/** What the page asks for after a change, with its list of requests in view, and how long it waits between two times. */
const CALLS = ['/_mock/overview', '/_mock/requests/summaries?limit=50']
const PAUSE = 500

/** How many updates the mock handles while the inspector is open, against itself without it. */
export function inspector ({ what, target, mock }) {
  return async ({ settings, load }) => {
    const starts = [() => start(mock, settings), () => start(mock, settings)]
    const rounds = await freshRounds(settings, count => withServers(starts, async servers => {
      for (const server of servers) await checkResponse(server, workloads.update)
      const page = openPage(servers[0])
      try {
        for (const server of servers) await load.warm(server, workloads.update)
        const rounds = await pairedRounds(count, backwards => speeds(load, servers.map(server => [server, workloads.update]), backwards))
        page.check(count * settings.seconds)
        return rounds
      } finally {
        page.close()
      }
    }))
    return ratioRow({ what, against: 'itself without it', target, of: 'per second' }, rounds)
  }
}

/** Does what the page does: follows the live stream, and asks for what it shows when something has changed. */
function openPage ({ url }) {
  let [loads, hasChanged, isLoading, isClosed, failure] = [0, false, false, false, undefined]

  const load = async () => {
    if (isLoading) return
    isLoading = true
    while (hasChanged && !isClosed) {
      hasChanged = false
      await Promise.all([...CALLS.map(path => read(url + path)), sleep(PAUSE)])
      loads++
    }
    isLoading = false
  }
  const fail = error => failure ??= error.message
  const stream = get(`${url}/_mock/events`, { agent: false }, response => response.on('error', fail).on('data', () => {
    hasChanged = true
    load().catch(fail)
  }))
  stream.on('error', fail)

  return {
    /** @throws InvalidRun when it has not loaded so many times */
    check (expected) {
      if (failure !== undefined) throw new InvalidRun(`the inspector failed: ${failure}`)
      if (loads < expected) throw new InvalidRun(`the inspector loaded ${loads} times, not ${expected}`)
    },
    close () {
      isClosed = true
      stream.destroy()
    }
  }
}

async function read (url) {
  const response = await fetch(url)
  const { length } = await response.text()
  if (!response.ok || length === 0) throw new Error(`${url} responded with ${response.status}`)
}
