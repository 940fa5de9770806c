import { embedded } from './measures/embedded.js'
import { growth } from './measures/growth.js'
import { latency } from './measures/latency.js'
import { ready } from './measures/ready.js'
import { resident } from './measures/resident.js'
import { sizes } from './measures/sizes.js'
import { throughput } from './measures/throughput.js'
import { weights } from './measures/weights.js'
import { bareFastify } from './subjects/bare-fastify.js'
import { mock, weighedMock } from './subjects/mock.js'
import { rawHttp } from './subjects/raw-http.js'
import { peers } from './subjects/subjects.js'
import { VoidRun } from './void-run.js'
import { works } from './works.js'

const { update, camel, kebab, newKey, replay, invalid } = works
const againstBare = (id, rest) => ({ id, what: rest.what, measure: throughput({ mock, other: bareFastify, ...rest }) })

/** Everything that is compared, in the order of the table. */
export const comparisons = [
  againstBare('update', { what: 'plain update', work: update, target: { min: 0.87 } }),
  againstBare('camel', { what: 'update, answer in camelCase', work: camel, target: { min: 0.85 } }),
  againstBare('kebab', { what: 'update, answer in kebab-case', work: kebab, target: { min: 0.85 } }),
  againstBare('new-key', { what: 'update, new idempotency key each time', work: newKey, target: { min: 0.75 } }),
  againstBare('replay', { what: 'replay, same key and body', work: replay, target: { min: 0.88 } }),
  againstBare('invalid', { what: 'invalid update, 422', work: invalid }),
  againstBare('log', { what: 'plain update, log at info to a file', work: update, target: { min: 0.75 }, mockOptions: { logLevel: 'info' } }),
  againstBare('log-both', {
    what: 'plain update, log at info to a file', work: update, mockOptions: { logLevel: 'info' }, otherOptions: { logLevel: 'info' }
  }),
  { ...againstBare('noise', { what: 'plain update', work: update, other: mock }), what: 'the mock against itself: how far chance reaches' },
  one('p99', 'p99 of a plain update at 32 connections', latency, { work: update, subject: mock }),
  one('p99-bare', 'the same of bare Fastify', latency, { work: update, subject: bareFastify }),
  one('ready', 'process start to first 200', ready, { mock, other: bareFastify, target: { max: 0.75 } }),
  one('idle', 'resident memory, idle', resident, { mock, other: bareFastify, target: { max: 1.2 } }),
  one('after', 'resident memory after', resident, { mock, other: bareFastify, work: update, afterUpdates: true }),
  one('growth', 'resident memory after ten times as many updates', growth, { subject: mock, work: update, target: { max: 1.1 } }),
  one('sizes', 'throughput by number of sessions and keys', sizes, {
    mock,
    target: { min: 0.85 },
    works: [['update', 'update of any session'], ['replay', 'replay of any key'], ['newKey', 'new key, any session']]
  }),
  one('weights', 'heap of a session, a key and a journal entry', weights, { weighedMock, target: { max: 700 } }),
  one('embedded', 'embedded instance, build and ready', embedded, {}),
  { id: 'node-http', what: 'plain update', measure: throughput({ what: 'plain update', work: update, mock, other: rawHttp }) },
  ...Object.entries(peers).flatMap(([id, peer]) => againstPeer(id, peer))
]

function one (id, what, measure, given) {
  return { id, what, measure: measure({ what, ...given }) }
}

function againstPeer (id, other) {
  const unlessMissing = measure => async settings => {
    if (other.version() === undefined) throw new VoidRun(`${other.name} is not to be had here`)
    return measure(settings)
  }
  return [
    { ...one(id, 'plain update', throughput, { mock, other, work: update, target: { min: 4 } }) },
    { ...one(`${id}-ready`, 'process start to first 200', ready, { mock, other }) },
    { ...one(`${id}-idle`, 'resident memory, idle', resident, { mock, other }) }
  ].map(row => ({ ...row, what: `${row.what}, against ${other.name}`, peer: true, measure: unlessMissing(row.measure) }))
}
