import fc from 'fast-check'
import t from 'tap'
import { checkStoreUrl, parseStoreUrl } from '../../../src/stores/valkey/store-url.js'

const bare = { username: undefined, password: undefined, database: 0 }
const longestPath = `/${'s'.repeat(102)}`
const local = { host: 'localhost', port: 6379, tls: false }

t.test('every form of URL is parsed', async t => {
  const forms: [url: string, address: object][] = [
    ['redis://localhost', { ...bare, socket: local, shown: 'redis://localhost' }],
    ['redis://localhost/', { ...bare, socket: local, shown: 'redis://localhost/' }],
    ['valkey://localhost:6380/3', { ...bare, socket: { ...local, port: 6380 }, database: 3, shown: 'valkey://localhost:6380/3' }],
    ['rediss://localhost', { ...bare, socket: { ...local, tls: true }, shown: 'rediss://localhost' }],
    ['valkeys://localhost', { ...bare, socket: { ...local, tls: true }, shown: 'valkeys://localhost' }],
    ['valkeys://[::1]:7000/0', { ...bare, socket: { host: '::1', port: 7000, tls: true }, shown: 'valkeys://[::1]:7000/0' }],
    ['redis://[::1]:7000/12', { ...bare, socket: { host: '::1', port: 7000, tls: false }, database: 12, shown: 'redis://[::1]:7000/12' }],
    ['redis://me:hunter2@localhost', { ...bare, socket: local, username: 'me', password: 'hunter2', shown: 'redis://me@localhost' }],
    ['redis://:hunter2@localhost', { ...bare, socket: local, password: 'hunter2', shown: 'redis://localhost' }],
    ['redis://m%40e:a%2Fb%25@localhost', { ...bare, socket: local, username: 'm@e', password: 'a/b%', shown: 'redis://m%40e@localhost' }],
    ['unix:///run/redis.sock', { ...bare, socket: { path: '/run/redis.sock' }, shown: 'unix:///run/redis.sock' }],
    ['unix:/run/redis.sock', { ...bare, socket: { path: '/run/redis.sock' }, shown: 'unix:///run/redis.sock' }],
    ['unix:///a%20b.sock?db=2', { ...bare, socket: { path: '/a b.sock' }, database: 2, shown: 'unix:///a%20b.sock?db=2' }],
    [`unix:///${'%C3%A4'.repeat(51)}`, { ...bare, socket: { path: `/${'ä'.repeat(51)}` }, shown: `unix:///${'%C3%A4'.repeat(51)}` }],
    [`unix://${longestPath}`, { ...bare, socket: { path: longestPath }, shown: `unix://${longestPath}` }],
    ['unix:///r.sock?db=123456', { ...bare, socket: { path: '/r.sock' }, database: 123_456, shown: 'unix:///r.sock?db=123456' }],
    ['unix://me@/r.sock', { ...bare, socket: { path: '/r.sock' }, username: 'me', shown: 'unix://me@/r.sock' }],
    ['unix://me:hunter2@/r.sock', { ...bare, socket: { path: '/r.sock' }, username: 'me', password: 'hunter2', shown: 'unix://me@/r.sock' }],
    ['unix://:hunter2@/r.sock?db=0', { ...bare, socket: { path: '/r.sock' }, password: 'hunter2', shown: 'unix:///r.sock' }]
  ]
  for (const [url, address] of forms) {
    t.strictSame(parseStoreUrl(url), address, url)
    t.equal(checkStoreUrl(url), undefined)
  }
})

t.test('invalid URLs are refused with a reason', async t => {
  const wrong: [url: string, message: RegExp][] = [
    ['', /^must be a URL such as redis:\/\/host:6379\/0/],
    ['localhost:6379', /^must be a URL such as/],
    ['127.0.0.1:6379', /^must be a URL such as/],
    ['http://localhost', /^must be a URL such as/],
    ['redis:', /^must be a URL such as/],
    ['redis:///0', /^must be a URL such as/],
    ['redis://localhost:70000', /^must be a URL such as/],
    ['redis://localhost/a', /^must end with the number of a database/],
    ['redis://localhost/1/2', /^must end with the number of a database/],
    ['redis://localhost/1234567', /^must end with the number of a database/],
    ['redis://localhost/0?db=1', /^must not have anything after the number/],
    ['redis://localhost/0#a', /^must not have anything after the number/],
    ['redis://:100%@localhost', /^has a % that is not a percent-encoding; write %25$/],
    ['unix:///%zz', /^has a % that is not a percent-encoding/],
    ['unix://run/redis.sock', /^must be unix:\/\/\/path\/to\.sock/],
    ['unix:///r.sock?db=a', /^must be unix:\/\/\/path/],
    ['unix://', /^must be unix:\/\/\/path/],
    [`unix://${longestPath}s`, /^has a path of 104 bytes, but the path of a Unix socket can have at most 103$/],
    [`unix:///${'ä'.repeat(52)}`, /^has a path of 105 bytes/]
  ]
  for (const [url, message] of wrong) {
    t.match(checkStoreUrl(url), message, url)
    t.throws(() => parseStoreUrl(url), { message })
  }
})

t.test('neither messages nor displayed URLs contain a password', async t => {
  const password = 'SECRETS3CRET'
  const start = fc.constantFrom('redis://', 'rediss://', 'unix://', 'http://', 'redis:/', 'unix:', '')
  const rest = fc.constantFrom('localhost', 'localhost:1/0', 'localhost/a', 'localhost:70000', '/r.sock', '/r.sock?db=a', 'localhost?a', '[::1', '')
  fc.assert(fc.property(start, fc.constantFrom('', 'me', '%zz'), fc.constantFrom('', '%', '@', '%40'), rest, (start, username, more, rest) => {
    const url = `${start}${username}:${password}${more}@${rest}`
    const message = checkStoreUrl(url)
    t.notMatch(message ?? parseStoreUrl(url).shown, /secrets3cret/i, url)
  }))
})
