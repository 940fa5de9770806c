import t from 'tap'
import { cases, needsSandbox } from '../../src/conformance/cases.js'
import { afterTheFirst, drifted, type Fault, faultyTarget, inSuccesses, run, startMock, without } from './suite.js'

/** The topics about the session of the run, and those about what all operations share. */
const general = ['update-session/', 'bodies', 'casing', 'versions', 'keys', 'idempotency/', 'errors', 'order']

t.test('a faulty target fails exactly the cases about its fault', async t => {
  const mock = await startMock(t)
  const targets: [name: string, fault: Fault, exitCode: number, drift: (string | RegExp)[]][] = [
    ['fields in another order', inSuccesses(body => Object.fromEntries(Object.entries(body).reverse())), 1, [
      'update-session/response: the fields are in the order of the page', 'casing: field names are snake_case by default',
      'casing: Key-Inflection: snake', 'casing: Key-Inflection: camel', 'casing: Key-Inflection: kebab'
    ]],
    ['an additional field', inSuccesses(body => ({ ...body, more: 1 })), 0, ['update-session/response: there are no other fields']],
    ['a missing field', inSuccesses(body => without(body, 'tags')), 1, [
      'update-session/response: the fields are in the order of the page', 'update-session/response: tags is a list of strings',
      /snake_case by default/, /snake$/, /camel$/, /kebab$/
    ]],
    ['a null that removes no key', async (request, forward) => {
      if (/^\{"metadata":\{[^{}]*:null[^{}]*\}\}$/.test(request.body)) {
        const { metadata } = JSON.parse(request.body) as { metadata: object }
        request.body = JSON.stringify({ metadata: Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null)) })
      }
      return forward()
    }, 1, ['update-session/metadata: a key set to null is removed']],
    ['replays with other bytes', async (_, forward) => {
      const { body, headers, ...rest } = await forward()
      return { ...rest, headers, body: headers['idempotent-replayed'] === undefined ? body : `${body} ` }
    }, 0, [
      'idempotency/replay: a replay has the same bytes', 'idempotency/replay: a mismatch leaves the stored response unchanged',
      'idempotency/replay: of equal requests at the same time one is executed', /the order of fields, white space/,
      /Key-Inflection is not/, /Verifa-Version is not/
    ]],
    ['no Verifa-Version', async (_, forward) => {
      const { headers, ...rest } = await forward()
      return { ...rest, headers: without(headers, 'verifa-version') }
    }, 0, ['versions: the response names the version that was used', /^versions: a later date is accepted/]],
    ['no idempotency', async ({ headers }, forward) => {
      delete headers['idempotency-key']
      return forward()
    }, 1, [
      /gets the original response/, /a replay changes nothing/, /a replay has the same bytes/, /a replay carries/, /another body/,
      /leaves the stored response/, /mismatch follows Key-Inflection/, /one is executed/, /the session is a parameter/,
      /the order of fields/, /an absent key and null/, /Key-Inflection is not/, /Verifa-Version is not/,
      /up to 255/, /256 characters/, /in UTF-8/, /sent twice/,
      /problems of the headers/, /^order: idempotency comes before/
    ]],
    ['wrong types', inSuccesses(body => ({ ...body, processing_attempts: '1', updated_at: 'yesterday' })), 1, [
      /every accepted update moves/, /response: updated_at is/, /response: processing_attempts is/, /response: times are/,
      /parameters: Key-Inflection is not/
    ]],
    ['a wrong status and environment', inSuccesses(body => ({ ...body, status: 'completed', is_sandbox: false })), 1, [
      /capture_url is only present while/, /capture_url and token_expires_at are strings/, /the environment is env_sandbox/,
      /the session belongs to the environment of the key/
    ]]
  ]
  const ofOperations: [name: string, only: string[], fault: Fault, exitCode: number, drift: (string | RegExp)[]][] = [
    ['a resume that keeps the old capture URL', ['resume-session'], inSuccesses(body => ({ ...body, capture_url: 'https://example.com/old' })), 1, [
      /gets a new capture URL/
    ]],
    ['a list that ignores q', ['list-sessions'], async (request, forward) => {
      request.url = request.url.replace(/q=[^&]*/, '')
      return forward()
    }, 1, [
      /limit and offset select/, /the newest session/, /^list-sessions\/filters: q finds/, /q is a part/,
      /status selects/, /unknown parameter/
    ]],
    ['results with personal data', ['results'], inSuccesses(body => ({
      ...body, ...Array.isArray(body['data']) && { data: body['data'].map((item: object) => ({ ...item, extracted_data: {} })) }
    })), 1, ['results/list: the items have no personal data']],
    ['a redaction that forgets the metadata', ['redact'], inSuccesses(body => 'metadata' in body ? { ...body, metadata: { a: 1 } } : body), 0,
      ['redact/session: the personal data is gone, and what was decided stays']],
    ['a capture token that lives for ever', ['create-session/response'], async (_, forward) => {
      const { body, ...rest } = await forward()
      return { ...rest, body: body.replace(/"expires_at":"[^"]+"/, '"expires_at":"2999-12-31T00:00:00.000Z"') }
    }, 1, [/belongs to the environment of the key/, /lives for 20 minutes/]],
    ['no idempotency', ['create-session', 'expire-session', 'redact'], async ({ headers }, forward) => {
      delete headers['idempotency-key']
      return forward()
    }, 1, [
      /creates one session/, /a replayed creation/, /^expire.*same idempotency key/, /^redact\/session: Idempotency-Key/,
      /^redact\/bulk.*same idempotency/
    ]]
  ]
  const ofUpdates = targets.map(([name, ...rest]) => [name, general, ...rest] as const)
  for (const [name, only, fault, exitCode, expected] of [...ofUpdates, ...ofOperations]) {
    t.test(`${name}, ${only.join(' ')}`, async t => {
      const { report, ...rest } = await run(mock, { baseUrl: await faultyTarget(t, mock, fault), only })
      t.match(drifted(report), expected)
      t.equal(drifted(report).length, expected.length, 'and no other case', { drifted: drifted(report) })
      t.equal(rest.exitCode, exitCode)
      t.equal(report.exit_code, exitCode)
    })
  }
})

t.test('every case about an operation fails when this operation alone does nothing', async t => {
  const mock = await startMock(t)
  const operations: [topic: string, request: RegExp][] = [
    ['create-session/', /^POST \/sessions$/],
    ['list-sessions/', /^GET \/sessions(\?|$)/],
    ['get-session: ', /^GET \/sessions\/[^/]+$/],
    ['resume-session: ', /^POST .*\/resume$/],
    ['expire-session: ', /^POST .*\/expire$/],
    ['simulate-session: ', /^POST .*\/simulate$/],
    ['submit-session: ', /^POST .*\/submit$/],
    ['links: ', /^(POST .*-link$|GET .*\/links$)/],
    ['export-session: ', /^GET .*\/export$/],
    ['tags: ', /^POST .*-tags?$/],
    ['results/session-result: ', /^GET .*\/result$/],
    ['results/one-result: ', /^GET \/results\//],
    ['results/list: ', /^GET \/results(\?|$)/],
    ['redact/session: ', /^(DELETE|POST|PATCH) \/sessions\/(?!.*\/simulate$)/],
    ['redact/bulk: ', /^POST .*\/bulk-redact$/],
    ['webhooks/', /^(GET|POST|PATCH|DELETE) \/webhooks\//],
    ['rate-limits: ', /^(GET|PATCH)/]
  ]
  for (const [topic, request] of operations) {
    const baseUrl = await faultyTarget(t, mock, afterTheFirst(async ({ method, url }, forward) =>
      request.test(`${method} ${url}`) ? { status: 200, headers: {}, body: '{}' } : forward()))
    const { report } = await run(mock, { baseUrl, only: [topic] })
    t.same(report.cases.filter(({ drift }) => drift === null).map(({ name }) => name), [], topic)
  }
  const covered = cases.filter(one => needsSandbox(one)).filter(({ topic }) => !operations.some(([prefix]) => `${topic}: `.startsWith(prefix)))
  t.same(covered, [], 'every operation is in the list')
})
