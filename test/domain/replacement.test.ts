import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { timestamp } from '../../src/contract/time.js'
import { checkFixtures, type Fixture } from '../../src/domain/fixtures/fixture.js'
import type { NamedFixture } from '../../src/domain/fixtures/fixture-set.js'
import { findFixture, replaceSession } from '../../src/domain/sessions/direct.js'
import type { Link } from '../../src/domain/sessions/links.js'
import { checkReplacement, replacementOf } from '../../src/domain/sessions/replacement.js'
import { resultStatuses } from '../../src/domain/sessions/result.js'
import { isOpen, retentionStatuses, statuses, TOKEN_LIFETIME } from '../../src/domain/sessions/session.js'
import type { Store } from '../../src/domain/store.js'
import { errorOf, memoryStore, NOW, session } from './examples.js'
import { workspaceOf } from './workspace-of.js'

const parts = { now: NOW, publicUrl: undefined }
const url = (token: string) => `http://mock.test/verify/${token}`

/** Optional values, and time around that of the world. */
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const time = fc.integer({ min: -2, max: 2 }).map(steps => timestamp(NOW + steps * TOKEN_LIFETIME / 2))

/** Fixtures of one session with everything that can belong to it. Tokens begin with the ID, since a token is that of one session. */
function fixtureOf (id: string): fc.Arbitrary<NamedFixture> {
  const token = fc.constantFrom('1', '2', '3', '4').map(number => `${id}_${number}`)
  const link: fc.Arbitrary<Omit<Link, 'id' | 'capture_url'>> = fc.record({
    status: fc.constantFrom('active', 'consumed', 'revoked'), expires_at: time, created_at: time
  })
  return fc.record({
    status: fc.constantFrom(...statuses),
    is_sandbox: optional(fc.boolean()),
    environment: optional(fc.constant('env_mine')),
    created_at: optional(time),
    updated_at: optional(time),
    token_expires_at: optional(fc.option(time)),
    ownToken: optional(fc.option(fc.constant(`${id}_own`))),
    metadata: optional(fc.dictionary(fc.string(), fc.jsonValue())),
    external_ref: optional(fc.option(fc.string())),
    retention_status: optional(fc.option(fc.constantFrom(...retentionStatuses))),
    tags: optional(fc.array(fc.string())),
    result: optional(fc.record(
      { status: fc.constantFrom(...resultStatuses), extracted_age: fc.nat(), created_at: time }, { requiredKeys: [] }
    )),
    redirect_url: optional(fc.option(fc.constant('https://shop.example/done'))),
    fields: optional(fc.option(fc.dictionary(fc.string(), fc.jsonValue()))),
    send_email: optional(fc.option(fc.boolean())),
    tokens: optional(fc.uniqueArray(token)),
    links: optional(fc.array(link, { maxLength: 3 }))
  }).map(({ ownToken, token_expires_at: expiresAt, result, links, ...rest }): NamedFixture => {
    const isCapturable = isOpen(rest.status)
    const fixture = {
      id,
      ...rest,
      ...(isCapturable ? { capture_url: typeof ownToken === 'string' ? url(ownToken) : ownToken, token_expires_at: expiresAt } : { result }),
      links: links?.map((link, index) => ({ id: `lnk_${index}`, capture_url: url(`${id}_l${index}`), ...link }))
    }
    return JSON.parse(JSON.stringify(fixture)) as NamedFixture // as it comes in a request
  })
}

/** Everything that a world has of its sessions. Where documents of different sessions stand among each other does not count. */
async function everything (store: Store) {
  const sorted = async (name: 'results' | 'captures' | 'links' | 'due') => bySession(await store.list(name), ({ id }) => id)
  return {
    sessions: await store.list('sessions'),
    results: await sorted('results'),
    captures: await sorted('captures'),
    links: await sorted('links'),
    due: await sorted('due'),
    tokens: bySession(await store.list('tokens'), token => token.session_id)
  }
}

function bySession<T> (documents: readonly T[], sessionOf: (document: T) => string): T[] {
  return documents.toSorted((one, other) => Number(sessionOf(one) > sessionOf(other)) - Number(sessionOf(one) < sessionOf(other)))
}

t.test('a session that is replaced by its own fixture stays as it is', async () => {
  const fixtures = fc.tuple(fixtureOf('a'), fixtureOf('__proto__'))
  await fc.assert(fc.asyncProperty(fixtures, async fixtures => {
    const workspace = workspaceOf(fixtures)
    const { store } = workspace.world
    const before = await everything(store)
    const { sessions: saved } = await workspace.save()
    for (const { id } of fixtures) {
      const fixture = await findFixture(store, id)
      assert.deepEqual(fixture, saved.find(session => session.id === id))
      const sent = JSON.parse(JSON.stringify(fixture)) as NamedFixture
      assert.deepEqual([...checkFixtures([sent]), ...checkReplacement(id, sent, [])], [])
      await replaceSession(store, sent, parts)
    }
    assert.deepEqual(await everything(store), before)
  }))
})

t.test('a session that is replaced is as if it had been added with the fixture', async () => {
  const pair = fc.tuple(fixtureOf('a'), fixtureOf('a'), fixtureOf('other'))
  await fc.assert(fc.asyncProperty(pair, async ([first, second, other]) => {
    const { store } = workspaceOf([first, other]).world
    const { is_sandbox: isSandbox } = await findFixture(store, 'a')
    const after = await replaceSession(store, second, parts)
    assert.equal(after, (await store.list('sessions'))[0])
    // where it does not say, the environment stays
    const expected = workspaceOf([{ is_sandbox: isSandbox as boolean, ...second }, other]).world.store
    assert.deepEqual(await everything(store), await everything(expected))
  }))
})

t.test('the decision deletes what the session had, and puts what the fixture has', async t => {
  const before = session({ is_sandbox: false, status: 'completed' })
  const tokens = [{ id: 'cap_1', session_id: 'ses_a', link_id: null }, { id: 'cap_2', session_id: 'ses_a', link_id: 'lnk_1' }]
  const { deletes, puts, after } = replacementOf(before, tokens, { id: 'ses_a', capture_url: url('cap_3') }, { ...parts, publicUrl: 'http://mock.test' })
  const belongings = ['ses_a']
  t.same(deletes, { results: belongings, captures: belongings, links: belongings, tokens: ['cap_1', 'cap_2'], due: ['expire:ses_a'] })
  t.same(after, session({ is_sandbox: false, capture_url: url('cap_3') }))
  t.same(puts, {
    sessions: [after],
    results: [],
    captures: [],
    links: [],
    tokens: [{ id: 'cap_3', session_id: 'ses_a', link_id: null }],
    due: [{ id: 'expire:ses_a', at: NOW + TOKEN_LIFETIME, type: 'session.expire', subject: 'ses_a' }]
  })
  t.equal(replacementOf(before, [], { id: 'ses_a' }, { ...parts, publicUrl: 'http://mock.test' }).after.capture_url, url('ses_a'))
})

t.test('the ID cannot change', async t => {
  const place = ['body']
  t.same(checkReplacement('ses_a', { id: 'ses_b' }, place), [{ loc: ['body', 'id'], msg: 'must be ses_a, as in the path', type: 'value_error' }])
  t.same(checkReplacement('ses_a', { id: 'ses_a' }, place), [])
  const completed: Fixture = { status: 'completed', result: { session_id: 'ses_a' } }
  t.same(checkReplacement('ses_a', completed, place), [], 'a result may name the session, also when the fixture does not')
  t.match(checkReplacement('ses_b', completed, place), [{ loc: ['body', 'result', 'session_id'] }])
  t.match(checkReplacement('ses_a', { result: {} }, place), [{ loc: ['body', 'result'] }])
})

t.test('a session that does not exist is neither read nor replaced', async t => {
  const store = memoryStore()
  t.match(await errorOf(t, () => findFixture(store, 'ses_a')), { statusCode: 404 })
  t.match(await errorOf(t, () => replaceSession(store, { id: 'ses_a' }, parts)), { statusCode: 404 })
  t.equal(await store.count('sessions'), 0)
})
