import t from 'tap'
import { checkStoreUrl, parseStoreUrl } from '../../src/stores/valkey/store-url.js'

const none = { username: undefined, password: undefined, database: 0 }

t.test('URLs of stores', async t => {
  const tcp = { host: 'a', port: 6379, tls: false }
  const cases: [url: string, address: object][] = [
    ['redis://a', { ...none, socket: tcp, shown: 'redis://a' }],
    ['valkey://a:7000/', { ...none, socket: { ...tcp, port: 7000 }, shown: 'valkey://a:7000/' }],
    ['rediss://a/3', { ...none, socket: { ...tcp, tls: true }, database: 3, shown: 'rediss://a/3' }],
    ['valkeys://[::1]:7000/0', { ...none, socket: { host: '::1', port: 7000, tls: true }, shown: 'valkeys://[::1]:7000/0' }],
    ['redis://mock:p%40ss@a', { ...none, username: 'mock', password: 'p@ss', socket: tcp, shown: 'redis://mock@a' }],
    ['redis://:secret@a/1', { ...none, password: 'secret', socket: tcp, database: 1, shown: 'redis://a/1' }],
    ['unix:///run/a.sock', { ...none, socket: { path: '/run/a.sock' }, shown: 'unix:///run/a.sock' }],
    ['unix:/run/a.sock', { ...none, socket: { path: '/run/a.sock' }, shown: 'unix:///run/a.sock' }],
    ['unix://:p%2Fss@/run/a.sock?db=2', { ...none, password: 'p/ss', socket: { path: '/run/a.sock' }, database: 2, shown: 'unix:///run/a.sock?db=2' }],
    ['unix://mock:secret@/a%20b', { ...none, username: 'mock', password: 'secret', socket: { path: '/a b' }, shown: 'unix://mock@/a%20b' }]
  ]
  for (const [url, address] of cases) t.same(parseStoreUrl(url), address, url)
})

t.test('what is wrong with other URLs, without their passwords', async t => {
  t.equal(checkStoreUrl('redis://a'), undefined)
  const cases: [url: string, problem: RegExp][] = [
    ['a:6379', /^must be a URL such as redis:\/\/host:6379\/0, /],
    ['127.0.0.1:6379', /^must be a URL such as /],
    ['redis://', /^must be a URL such as /],
    ['http://:secret@a', /^must be a URL such as /],
    ['redis://:secret@a/sessions', /^must end with the number of a database/],
    ['redis://:secret@a/0?db=1', /^must not have anything after the number/],
    ['redis://:secret@a/0#b', /^must not have anything after the number/],
    ['redis://:100%secret@a', /^has a % that is no percent-encoding: write %25$/],
    ['unix://:secret@a.sock', /^must be unix:\/\/\/path\/to\.sock, /],
    ['unix:///a.sock?db=secret', /^must be unix:\/\/\/path\/to\.sock, /]
  ]
  for (const [url, problem] of cases) {
    t.match(checkStoreUrl(url), problem, url)
    t.notMatch(checkStoreUrl(url), 'secret')
  }
})
