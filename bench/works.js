const update = { body: '{"metadata":{"plan":"gold"}}', path: '/sessions/ses_pending', headers: {}, status: 200, casing: 'snake' }

/**
 * What is asked. In a path and in a key `{count}` counts requests, `{next}` does and begins anew after `among`, and `{random}`
 * is any number from 1 to `among`; `{run}` differs between any two runs: a new key is one that the server has never seen.
 */
export const works = {
  update,
  camel: { ...update, headers: { 'Key-Inflection': 'camel' }, casing: 'camel' },
  kebab: { ...update, headers: { 'Key-Inflection': 'kebab' }, casing: 'kebab' },
  newKey: { ...update, key: 'bench-{run}-{count}' },
  replay: { ...update, key: 'bench-replay' },
  invalid: { ...update, body: '{"external_ref":{"no":"text"}}', status: 422 }
}

/** The same among `size` sessions called `ses_1`, `ses_2`, … */
export const worksAmong = {
  update: size => ({ ...update, path: '/sessions/ses_{random}', among: size }),
  replay: size => ({ ...update, path: '/sessions/ses_{random}', key: 'bench-fill-{random}', among: size }),
  newKey: size => ({ ...update, path: '/sessions/ses_{random}', key: 'bench-{run}-{count}', among: size }),
  /** One update under a key of its own for each session, in their order: what `replay` replays. */
  fill: size => ({ ...update, path: '/sessions/ses_{next}', key: 'bench-fill-{next}', among: size })
}

const apiHeaders = { 'X-API-Key': 'vk_sandbox_bench0001', 'Content-Type': 'application/json' }

let runs = 0

/** A work as a server is asked for it: the path and the status that this subject has for it, and all headers. */
export function requestOf ({ subject }, work) {
  runs++
  return {
    path: `${subject.prefix ?? ''}${work.path}`,
    headers: {
      ...apiHeaders,
      ...work.headers,
      ...work.key !== undefined && { 'Idempotency-Key': work.key.replace('{run}', `${process.pid}-${Date.now()}-${runs}`) }
    },
    body: work.body,
    status: work.status === 422 ? subject.invalidStatus : work.status,
    among: work.among ?? 1
  }
}
