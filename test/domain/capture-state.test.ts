import t from 'tap'
import { completeFixtures } from '../../src/domain/fixtures/complete-fixtures.js'
import { checkFixtures, type Fixture } from '../../src/domain/fixtures/fixture.js'
import { FixtureSet, type NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { createSession } from '../../src/domain/sessions/create.js'
import { addSessions, removeSession } from '../../src/domain/sessions/direct.js'
import { expireSession } from '../../src/domain/sessions/expire.js'
import { generateOneTimeLink } from '../../src/domain/sessions/one-time-link.js'
import { resumeSession } from '../../src/domain/sessions/resume.js'
import type { Session } from '../../src/domain/sessions/session.js'
import { checkStateForm, checkStateRules, type State } from '../../src/domain/state.js'
import type { Store } from '../../src/domain/store.js'
import { Workspace } from '../../src/domain/workspace.js'
import { memoryStore, memoryWorlds, noWebhooks, NOW, read } from './examples.js'

function workspaceOf (fixtures: readonly NamedFixture[]): Workspace {
  const initial = { fixtures: new FixtureSet(fixtures) }
  return new Workspace({
    initialState: () => initial,
    worlds: memoryWorlds(),
    webhooks: noWebhooks,
    onTimelineError: () => undefined
  })
}

const url = (token: string) => `http://mock.test/verify/${token}`
const link = { id: 'lnk_1', capture_url: url('cap_l'), status: 'active', expires_at: '2026-03-01T13:00:00.000Z', created_at: '2026-03-01T12:00:00.000Z' } as const
const whole = {
  id: 'ses_a', capture_url: url('cap_2'), tokens: ['cap_1'], redirect_url: 'https://shop.example/done', fields: { first_name: 'Ada' }, send_email: false, links: [link]
} as const
const belongings = async (store: Store) => ({
  captures: await store.list('captures'), links: await store.list('links'), tokens: await store.list('tokens')
})

t.test('a fixture says what belongs to the capture of its session', async t => {
  t.same(checkFixtures([whole, { redirect_url: null, fields: null, send_email: null, links: [], tokens: [] }]), [])
  const expected = {
    captures: [{ id: 'ses_a', redirect_url: 'https://shop.example/done', fields: { first_name: 'Ada' }, send_email: false }],
    links: [{ id: 'ses_a', links: [link] }],
    tokens: [
      { id: 'cap_1', session_id: 'ses_a', link_id: null }, { id: 'cap_l', session_id: 'ses_a', link_id: 'lnk_1' }, { id: 'cap_2', session_id: 'ses_a', link_id: null }
    ]
  }
  t.match(completeFixtures([whole, { id: 'ses_b' }, { id: 'ses_c', status: 'failed' }], NOW), { sessions: [{}, {}, {}], results: [], ...expected })
  t.same(await belongings(workspaceOf([whole, { id: 'ses_b' }, { id: 'ses_c', status: 'failed' }]).world.store), expected)
  const [moved] = completeFixtures([{ links: [{ ...link, expires_at: '2026-03-01T14:00:00+01:00' }] }], NOW).links
  t.same(moved?.links, [link], 'times are in UTC')
})

t.test('what is wrong with it is named', async t => {
  const wrong: [fixture: object, loc: (string | number)[], msg: string | RegExp][] = [
    [{ redirect_url: 'done' }, [0, 'redirect_url'], 'must be a URL that begins with http:// or https://, such as https://example.com/done'],
    [{ fields: [] }, [0, 'fields'], 'must be a JSON object or null'],
    [{ send_email: 'no' }, [0, 'send_email'], 'must be true or false or null'],
    [{ tokens: [7] }, [0, 'tokens', 0], 'must be a string'],
    [{ links: [{ ...link, status: 'expired' }] }, [0, 'links', 0, 'status'], 'must be one of: active, consumed, revoked'],
    [{ links: [{ ...link, session_id: 'ses_a' }] }, [0, 'links', 0, 'session_id'], /^is not a field here/],
    [{ links: Array.from({ length: 101 }, () => link) }, [0, 'links'], 'must have at most 100 items']
  ]
  for (const [fixture, loc, msg] of wrong) t.match(checkFixtures([fixture]), [{ loc, msg }], JSON.stringify(fixture).slice(0, 80))
})

t.test('a saved state has it, and nothing is lost when it is restored or used as fixtures', async t => {
  const workspace = workspaceOf([{ id: 'ses_a' }, { ...whole, id: 'ses_b' }, { id: 'ses_plain' }])
  const { store, clock } = workspace.world
  await clock.freeze(true)
  await clock.set(NOW)
  const sessionOf = async (id: string) => (await read(store, { sessions: [id] })).sessions[0] as Session
  await store.transact({}, () => createSession({ fields: {} }, { environment: 'sandbox', now: NOW, id: 'ses_new', captureUrl: url('cap_n') }))
  for (const [id, token] of [['ses_a', 'cap_3'], ['ses_a', 'cap_4'], ['ses_b', 'cap_5'], ['ses_new', 'cap_6']] as const) {
    const before = await sessionOf(id)
    await store.transact({}, () => resumeSession(before, url(token), NOW))
  }
  const closing = await sessionOf('ses_new')
  await store.transact({}, () => expireSession(closing, NOW))
  const before = await sessionOf('ses_a')
  await store.transact({}, () => generateOneTimeLink(before, undefined, { id: 'lnk_2', captureUrl: url('cap_7'), minutes: 5, now: NOW }))

  const saved = JSON.parse(JSON.stringify(await workspace.save())) as State
  t.same([...checkStateForm(saved, []), ...checkStateRules(saved, [], {})], [])
  t.match(saved.sessions, [
    { id: 'ses_a', tokens: ['cap_3'], links: [{ id: 'lnk_2', status: 'active' }] },
    { id: 'ses_b', tokens: ['cap_1', 'cap_2'], links: [link], redirect_url: whole.redirect_url, fields: whole.fields, send_email: false },
    { id: 'ses_plain' },
    { id: 'ses_new', fields: {}, tokens: ['cap_n', 'cap_6'] }
  ])
  t.same(Object.keys(saved.sessions[2] as object), Object.keys(before), 'a session without anything is saved without anything')
  const other = workspaceOf([])
  await other.restore(saved)
  const byId = (documents: readonly { id: string }[]) => documents.toSorted((one, two) => one.id < two.id ? -1 : 1)
  const [here, there] = [await belongings(store), await belongings(other.world.store)]
  for (const name of ['captures', 'links', 'tokens'] as const) t.same(byId(there[name]), byId(here[name]), name)
  t.equal(JSON.stringify(await other.save()), JSON.stringify(saved))
})

t.test('it comes and goes with its session', async t => {
  const store = memoryStore()
  await addSessions(store, completeFixtures([whole], NOW))
  await removeSession(store, 'ses_a')
  t.match(await belongings(store), { captures: [], links: [], tokens: [{ id: 'cap_1' }] }, 'an earlier token leads to nobody')
  await addSessions(store, completeFixtures([{ id: 'ses_done', status: 'completed' }], NOW))
  await removeSession(store, 'ses_done')

  const workspace = workspaceOf([whole, { ...whole, id: 'ses_b', capture_url: url('cap_b'), links: [] }])
  const changed: Fixture & { id: string } = { id: 'ses_a', redirect_url: 'https://shop.example/other', capture_url: url('cap_new') }
  await workspace.refresh({ outdated: ['ses_b'], updated: [changed] })
  const after = await belongings(workspace.world.store)
  t.match(after, { captures: [{ id: 'ses_a', redirect_url: changed.redirect_url, fields: null }], links: [] })
  t.same(after.tokens.map(({ id }) => id).sort(), ['cap_1', 'cap_new'])
  await workspace.reset()
  t.match(await belongings(workspace.world.store), { captures: [{ send_email: false }, { send_email: false }], links: [{ links: [link] }] })
})
