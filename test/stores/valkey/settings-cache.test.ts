import t from 'tap'
import { initialSettings } from '../../../src/domain/settings.js'
import { SettingsCache } from '../../../src/stores/valkey/settings-cache.js'
import { clockAt, NOW } from '../../domain/examples.js'

const textOf = (version: number, time: number) => `${version} 000000000001000000 0 - ${JSON.stringify(clockAt(time))}`

t.test('a setting is the initial one until another is taken, and again when the engine has none', async t => {
  const cache = new SettingsCache()
  t.equal(cache.get('clock'), initialSettings.clock)
  t.equal(cache.stored('clock'), undefined)
  cache.take('clock', textOf(3, NOW))
  t.same(cache.get('clock'), clockAt(NOW))
  t.equal(cache.stored('clock')?.version, '3')
  t.equal(cache.get('webhooks'), initialSettings.webhooks)
  cache.take('clock', null)
  t.equal(cache.get('clock'), initialSettings.clock)
})

t.test('a setting that is sent again as it was stays the same object', async t => {
  const cache = new SettingsCache()
  cache.take('clock', textOf(3, NOW))
  const first = cache.get('clock')
  cache.take('clock', textOf(3, NOW))
  t.equal(cache.get('clock'), first)
  cache.take('clock', textOf(4, NOW + 1))
  t.same(cache.get('clock'), clockAt(NOW + 1))
})

t.test('what a step has read and written counts until the engine sends something else', async t => {
  const cache = new SettingsCache()
  cache.take('clock', textOf(3, NOW))
  cache.put(clockAt(NOW + 1), '4')
  t.same([cache.get('clock'), cache.stored('clock')?.version], [clockAt(NOW + 1), '4'])
  cache.takeAll(new Map([['clock', { version: '5', created: '', bytes: 0, document: clockAt(NOW + 2) }], ['webhooks', undefined]]))
  t.same([cache.get('clock'), cache.stored('clock')?.version, cache.get('webhooks')], [clockAt(NOW + 2), '5', initialSettings.webhooks])
  cache.take('clock', textOf(3, NOW))
  t.same(cache.get('clock'), clockAt(NOW))
  cache.takeAll(new Map([['clock', undefined]]))
  t.equal(cache.get('clock'), initialSettings.clock)
})
