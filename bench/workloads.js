const update = { method: 'PATCH', body: '{"metadata":{"plan":"gold"}}', path: '/sessions/ses_pending', headers: {}, casing: 'snake' }
const get = { method: 'GET', path: '/sessions/ses_pending', headers: {}, casing: 'snake' }

/**
 * What is requested. In a path and in a key, `{count}` counts requests, `{next}` counts from 1 to `among` again and again, and
 * `{random}` is a random number from 1 to `among`. `{run}` is different in each run, so a new key is one that the server has never seen.
 */
export const workloads = {
  update,
  create: { method: 'POST', body: '{"external_ref":"order-1042","metadata":{"plan":"gold"}}', path: '/sessions', headers: {}, responds: 'created' },
  get,
  camel: { ...update, headers: { 'Key-Inflection': 'camel' }, casing: 'camel' },
  kebab: { ...update, headers: { 'Key-Inflection': 'kebab' }, casing: 'kebab' },
  newKey: { ...update, key: 'bench-{run}-{count}' },
  replay: { ...update, key: 'bench-replay' }
}

/** The same for `size` sessions called `ses_1`, `ses_2`, … */
export const workloadsAmong = {
  update: size => ({ ...update, path: '/sessions/ses_{random}', among: size }),
  replay: size => ({ ...update, path: '/sessions/ses_{random}', key: 'bench-fill-{random}', among: size }),
  newKey: size => ({ ...update, path: '/sessions/ses_{random}', key: 'bench-{run}-{count}', among: size }),
  /** A page of 50 sessions; with `q` all sessions are searched, so the requests come one after the other. */
  list: () => ({ ...get, path: '/sessions?limit=50', responds: 'list' }),
  search: () => ({ ...get, path: '/sessions?limit=50&q=ses', responds: 'list', connections: 1 }),
  /** One update of each session, in order, each with its own key: what `replay` replays. */
  fill: size => ({ ...update, path: '/sessions/ses_{next}', key: 'bench-fill-{next}', among: size })
}

const apiHeaders = { 'X-API-Key': 'vk_sandbox_bench0001' }

let runs = 0

/** The request of a workload to a server, with the path that this subject has for it and all headers. */
export function requestOf ({ subject }, workload) {
  runs++
  return {
    method: workload.method,
    path: `${subject.prefix ?? ''}${workload.path}`,
    headers: {
      ...apiHeaders,
      ...workload.body !== undefined && { 'Content-Type': 'application/json' },
      ...workload.headers,
      ...workload.key !== undefined && { 'Idempotency-Key': workload.key.replace('{run}', `${process.pid}-${Date.now()}-${runs}`) }
    },
    body: workload.body,
    among: workload.among ?? 1
  }
}
