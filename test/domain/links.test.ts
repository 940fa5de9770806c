import t from 'tap'
import { completeFixtures } from '../../src/domain/fixtures/complete-fixtures.js'
import type { Fixture } from '../../src/domain/fixtures/fixture.js'
import { locate, tokenOf } from '../../src/domain/sessions/capture.js'
import { endActive, type Link, statusOf } from '../../src/domain/sessions/links.js'
import { generateOneTimeLink, listLinks } from '../../src/domain/sessions/one-time-link.js'
import { qrCodeDataUrl } from '../../src/domain/sessions/qr-code.js'
import { resumeSession } from '../../src/domain/sessions/resume.js'
import { statuses } from '../../src/domain/sessions/session.js'
import { errorOf, memoryStore, NOW, session } from './examples.js'

const captureUrl = 'http://mock.test/verify/cap_1'
const creation = { id: 'lnk_1', captureUrl, minutes: undefined, now: NOW }
const link: Link = {
  id: 'lnk_1', capture_url: captureUrl, status: 'active', created_at: '2026-03-01T12:00:00.000Z', expires_at: '2026-03-01T12:20:00.000Z'
}
const shown = { session_id: 'ses_a', ...link, qr_code_data_url: qrCodeDataUrl(captureUrl) }

t.test('a link works for 20 minutes, and its session stays as it is', async t => {
  const before = session()
  const decision = generateOneTimeLink(before, undefined, creation)
  t.same(decision, {
    puts: { links: [{ id: 'ses_a', links: [link] }], tokens: [{ id: 'cap_1', session_id: 'ses_a', link_id: 'lnk_1' }] },
    deletes: { tokens: [] },
    events: [{ type: 'session.link_generated', session_id: 'ses_a', before, after: before }],
    response: { status: 201, body: shown }
  })
  t.same(Object.keys(decision.response.body), ['id', 'session_id', 'capture_url', 'status', 'expires_at', 'created_at', 'qr_code_data_url'])
  for (const [minutes, expiresAt] of [[null, '12:20'], [1, '12:01'], [90, '13:30']] as const) {
    t.equal(generateOneTimeLink(before, undefined, { ...creation, minutes }).response.body.expires_at, `2026-03-01T${expiresAt}:00.000Z`)
  }
})

t.test('a link revokes the active one, and of more than a hundred the oldest is forgotten', async t => {
  const old = (number: number, status: Link['status']) => ({ ...link, id: `lnk_${number}`, capture_url: `http://mock.test/verify/old_${number}`, status })
  const earlier = { id: 'ses_a', links: [old(0, 'consumed'), ...Array.from({ length: 99 }, (_, index) => old(index + 1, 'active'))] }
  const { puts, deletes } = generateOneTimeLink(session(), earlier, { ...creation, id: 'lnk_new' })
  t.equal(puts?.links?.[0]?.links.length, 100)
  t.same([puts?.links?.[0]?.links[0], puts?.links?.[0]?.links.at(-1)], [old(1, 'revoked'), { ...link, id: 'lnk_new' }])
  t.same(deletes, { tokens: ['old_0'] })
  t.same(endActive({ id: 'ses_a', links: [old(0, 'revoked'), old(1, 'active')] }, 'consumed').links, [old(0, 'revoked'), old(1, 'consumed')])
})

t.test('a session that is completed, failed or redacted gets no link', async t => {
  for (const status of statuses) {
    const before = session({ status })
    if (status === 'completed' || status === 'failed') {
      t.match(await errorOf(t, () => generateOneTimeLink(before, undefined, creation)),
        { code: 'bad_request', statusCode: 400, detail: `Session is ${status} and cannot have a one-time link.` })
    } else {
      t.equal(generateOneTimeLink(before, undefined, creation).response.status, 201, status)
    }
    t.match(await errorOf(t, () => generateOneTimeLink(session({ status, retention_status: 'redacted' }), undefined, creation)),
      { statusCode: 400, detail: 'Session is redacted and cannot have a one-time link.' })
  }
})

t.test('links are listed, the newest first, and those whose time has come have expired', async t => {
  const consumed = { ...link, id: 'lnk_0', status: 'consumed' as const }
  const links = { id: 'ses_a', links: [consumed, link] }
  t.same(listLinks('ses_a', links, NOW).response, { status: 200, body: { data: [shown, { session_id: 'ses_a', ...consumed, qr_code_data_url: null }] } })
  const late = listLinks('ses_a', links, NOW + 20 * 60_000)
  t.match(late.response.body.data, [{ status: 'expired', qr_code_data_url: null }, { status: 'consumed' }])
  t.equal(statusOf(link, '2026-03-01T12:19:59.999Z'), 'active')
  t.same(listLinks('ses_a', undefined, NOW), { events: [], response: { status: 200, body: { data: [] } } })
})

t.test('a token is the last segment of a capture URL', async t => {
  const urls = ['http://mock/verify/cap_1', 'http://mock/verify/cap_1?lang=de/at', 'http://mock/verify/cap_1#a', 'cap_1', 'http://mock/verify/cap%5F1']
  for (const url of urls) t.equal(tokenOf(url), 'cap_1', url)
  t.equal(tokenOf('http://mock/verify/%zz'), '%zz')
})

async function located (fixtures: readonly Fixture[], tokens: readonly string[]) {
  const store = memoryStore()
  await store.transact({}, () => ({ puts: completeFixtures(fixtures, NOW) }))
  return Promise.all(tokens.map(async token => locate(store, token)))
}

t.test('a token finds its session', async t => {
  const whose = (id: string, sessionId: string, linkId: string | null = null) => ({ id, session_id: sessionId, link_id: linkId })
  const fixtures = [
    { id: 'ses_a' }, { id: 'ses_b', capture_url: 'https://x.example/b' }, { id: 'ses_c', status: 'failed', tokens: ['c', 'ses_c'], links: [link] }
  ] as const
  t.same(await located(fixtures, ['ses_a', 'b', 'c', 'cap_1', 'ses_c', 'none']), [
    whose('ses_a', 'ses_a'), whose('b', 'ses_b'), whose('c', 'ses_c'), whose('cap_1', 'ses_c', 'lnk_1'), whose('ses_c', 'ses_c'), undefined
  ])
  const store = memoryStore()
  const { puts = {} } = resumeSession(session(), captureUrl, NOW)
  await store.transact({}, () => ({ puts }))
  t.same([await locate(store, 'cap_1'), await locate(store, 'ses_a')], [whose('cap_1', 'ses_a'), whose('ses_a', 'ses_a')])
})
