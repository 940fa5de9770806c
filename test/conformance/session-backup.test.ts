import t from 'tap'
import { afterTheFirst, drifted, faultyTarget, inSuccesses, run, startMock, stateOf, without } from './suite.js'

t.test('an external_ref that was null cannot be restored, which is reported', async t => {
  const mock = await startMock(t)
  const { exitCode, report } = await run(mock, { sessionId: 'ses_bare', only: ['update-session/fields'] })
  t.equal(exitCode, 0)
  t.match(report.leftovers, [/^external_ref could not be restored to null: it is now "conformance_[0-9a-f]{8}_\d_ref"\.$/])
  t.same((await mock.session('ses_bare')).metadata, {})
})

t.test('metadata keys that the target does not remove are reported', async t => {
  const mock = await startMock(t)
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    request.body = request.body.replace(/:null([,}])/g, ':0$1')
    return forward()
  })
  const { report } = await run(mock, { baseUrl, only: ['set to null is removed'] })
  t.match(report.leftovers, [/^These metadata keys could not be removed: conformance_[0-9a-f]{8}_0_a, conformance_[0-9a-f]{8}_0_b\.$/])
})

t.test('metadata keys are removed even if the target renamed them', async t => {
  const mock = await startMock(t)
  const before = await stateOf(mock)
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    request.body = request.body.replace(/"conformance_(\w+?)_(\d+_\w+)":/g, '"conformance-$1$2":')
    return forward()
  })
  const { report } = await run(mock, { baseUrl, only: ['metadata: keys in the request'] })
  t.match(report.cases[0]?.drift?.seen, /^metadata with conformance_\w+ absent, /)
  t.same(report.leftovers, [])
  t.same(await stateOf(mock), before)
})

t.test('metadata is restored after a target accepted metadata: null, or reported', async t => {
  const mock = await startMock(t)
  const { metadata } = await mock.session('ses_pending')
  t.not(Object.keys(metadata).length, 0)
  for (const restorable of [true, false]) {
    let emptied = false
    const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
      if (request.body === '{"metadata":null}') {
        emptied = true
        request.body = '{}'
      } else if (restorable && request.body.includes('"plan"')) emptied = false
      const { body, ...rest } = await forward()
      return { ...rest, body: emptied && rest.status === 200 ? JSON.stringify({ ...JSON.parse(body) as object, metadata: null }) : body }
    })
    const { report } = await run(mock, { baseUrl, only: ['metadata that is not an object'] })
    t.equal(drifted(report).length, 1)
    t.equal(emptied, !restorable)
    t.same(report.leftovers, restorable ? [] : [`These metadata keys could not be restored: ${Object.keys(metadata).join(', ')}.`])
  }
  const none = await faultyTarget(t, mock, inSuccesses(body => ({ ...body, metadata: null })))
  t.same((await run(mock, { baseUrl: none, only: ['a success is a 200'] })).report.leftovers, [], 'a session without metadata has lost none')
})

t.test('a value that should have been refused is removed at once, since every further response would carry it', async t => {
  const mock = await startMock(t)
  const deep = new Map<string, string>()
  let carrying = 0
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    const [, key, value] = /^\{"metadata":\{"(\w+)":(\[{1001,}\]+)\}\}$/.exec(request.body) ?? []
    if (key !== undefined && value !== undefined) {
      deep.set(key, value)
      request.body = '{}'
    }
    for (const key of deep.keys()) if (request.body.includes(`"${key}":null`)) deep.delete(key)
    const { body, ...rest } = await forward()
    carrying += Math.sign(deep.size)
    const shown = [...deep].map(([key, value]) => `"${key}":${value},`).join('')
    return { ...rest, body: body.replace('"metadata":{', beginning => beginning + shown).replace(',}', '}') }
  })
  const { report } = await run(mock, { baseUrl, only: ['metadata-limits', 'bodies'] })
  t.match(drifted(report), [/a value has at most 1,000 levels/, /a body with more than 2,000 levels/])
  t.match(report, { exit_code: 0, stopped: null, leftovers: [] })
  t.ok(carrying < 10, 'few responses carry it', { carrying })
})

t.test('unknown fields that the target stored are reported, and no case sends a field that a session has', async t => {
  const mock = await startMock(t)
  let stored: Record<string, unknown> = {}
  const baseUrl = await faultyTarget(t, mock, async (request, forward) => {
    const sent = objectOf(request.body)
    if (request.url === '/sessions/ses_pending' && sent !== undefined) {
      const { external_ref, metadata, ...others } = sent
      stored = { ...stored, ...others }
      request.body = JSON.stringify({ external_ref, metadata })
    }
    const { body, ...rest } = await forward()
    return { ...rest, body: rest.status === 200 ? JSON.stringify({ ...JSON.parse(body) as object, ...stored }) : body }
  })
  const { report } = await run(mock, { baseUrl, only: ['update-session'] })
  t.ok(drifted(report).includes('update-session/fields: nothing else can be changed'))
  t.ok(drifted(report).includes('update-session/body: an unknown field is a 422 that names it'))
  t.same(Object.keys(stored).filter(name => !name.startsWith('conformance_')), ['externalRef', 'external-ref'])
  t.match(report.leftovers, [/^These unknown fields could not be removed: conformance_[^.]+\.$/])
})

function objectOf (body: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json as Record<string, unknown> : undefined
  } catch {
    return undefined
  }
}

t.test('read-only fields that changed are reported', async t => {
  const mock = await startMock(t)
  const baseUrl = await faultyTarget(t, mock, afterTheFirst(inSuccesses(body => ({ ...without(body, 'environment'), status: 'failed' }))))
  const { report } = await run(mock, { baseUrl, only: ['a success is a 200'] })
  t.same(report.leftovers, ['status changed from "pending" to "failed".', 'environment changed from "env_sandbox" to absent.'])
})
