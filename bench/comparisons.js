import { InvalidRun } from './invalid-run.js'
import { inspector } from './measures/inspector.js'
import { lists } from './measures/lists.js'
import { ready } from './measures/ready.js'
import { resident } from './measures/resident.js'
import { sizes } from './measures/sizes.js'
import { engineShare, replicas, store, storeWorkloads } from './measures/store.js'
import { throughput } from './measures/throughput.js'
import { deliveries, hangingReceiver } from './measures/webhooks.js'
import { weights } from './measures/weights.js'
import { bareFastify } from './subjects/bare-fastify.js'
import { mock, weighedMock } from './subjects/mock.js'
import { rawHttp } from './subjects/raw-http.js'
import { peers } from './subjects/subjects.js'
import { workloads } from './workloads.js'

const { update, create, get, camel, kebab, newKey, replay } = workloads

/** All comparisons, in the order of the table. */
export const comparisons = [
  againstBare('update', 'plain update', { workload: update, target: { min: 0.87 } }),
  againstBare('create', 'create', { workload: create, target: { min: 0.7 } }),
  againstBare('get', 'get', { workload: get, target: { min: 0.92 } }),
  againstBare('camel', 'update, response in camelCase', { workload: camel, target: { min: 0.85 } }),
  againstBare('kebab', 'update, response in kebab-case', { workload: kebab, target: { min: 0.85 } }),
  againstBare('new-key', 'update, new idempotency key each time', { workload: newKey, target: { min: 0.75 } }),
  againstBare('replay', 'replay, same key and body', { workload: replay, target: { min: 0.88 } }),
  againstBare('log', 'plain update, log at info to a file', { workload: update, target: { min: 0.75 }, mockOptions: { logLevel: 'info' } }),
  { ...againstBare('noise', 'plain update', { workload: update, other: mock }), what: 'the mock against itself: how much chance matters' },
  comparison('ready', 'process start to first 200', ready, { mock, other: bareFastify, target: { max: 0.75 } }),
  comparison('idle', 'resident memory, idle', resident, { mock, other: bareFastify }),
  comparison('sizes', 'throughput by number of sessions and keys', sizes, {
    mock,
    target: { min: 0.85 },
    workloads: [['update', 'update of any session'], ['replay', 'replay of any key'], ['newKey', 'new key, any session']]
  }),
  comparison('lists', 'list of 50 by number of sessions', lists, {
    mock,
    // a search of all sessions may take a hundred times as long, and any other list ten times
    workloads: [['list', 'list of 50', { min: 0.1 }], ['search', 'list of 50 with q', { min: 0.01 }]]
  }),
  comparison('deliveries', 'webhooks delivered to one receiver', deliveries, { mock, target: { min: 2_000 } }),
  comparison('hanging', 'plain update while a webhook receiver hangs', hangingReceiver, { mock, target: { min: 0.9 } }),
  comparison('inspector', 'plain update with the inspector open', inspector, { mock, target: { min: 0.97 } }),
  comparison('store', 'updates of 64 sessions, state in Redis', store, { mock, workload: storeWorkloads.spread, target: { min: 0.35 } }),
  comparison('store-hot', 'updates of one session, state in Redis', store, { mock, workload: storeWorkloads.hot, target: { min: 0.35 } }),
  comparison('store-create', 'create, state in Redis', store, { mock, workload: storeWorkloads.create, target: { min: 0.35 } }),
  comparison('store-new-key', 'new idempotency key each time, state in Redis', store, { mock, workload: storeWorkloads.newKey, target: { min: 0.35 } }),
  comparison('engine', 'CPU time of Redis for an update', engineShare, { mock, target: { max: 0.66 } }),
  comparison('replicas', 'updates, two replicas', replicas, { mock, target: { min: 1.5 } }),
  comparison('weights', 'heap of a session, a key, and a journal entry', weights, { weighedMock, target: { max: 700 } }),
  comparison('node-http', 'plain update', throughput, { workload: update, mock, other: rawHttp }),
  ...Object.entries(peers).flatMap(([id, peer]) => againstPeer(id, peer))
]

function comparison (id, what, measure, given) {
  return { id, what, measure: measure({ what, ...given }) }
}

function againstBare (id, what, given) {
  return comparison(id, what, throughput, { mock, other: bareFastify, ...given })
}

function againstPeer (id, other) {
  const ifInstalled = measure => async context => {
    if (other.version() === undefined) throw new InvalidRun(`${other.name} is not installed`)
    return measure(context)
  }
  return [
    comparison(id, 'plain update', throughput, { mock, other, workload: update }),
    comparison(`${id}-ready`, 'process start to first 200', ready, { mock, other }),
    comparison(`${id}-idle`, 'resident memory, idle', resident, { mock, other })
  ].map(({ id, what, measure }) => ({ id, what: `${what}, against ${other.name}`, peer: true, measure: ifInstalled(measure) }))
}
