import t from 'tap'
import { hostOf, isAllowedAddress, isAllowedUrl } from '../../src/domain/webhooks/hosts.js'

t.test('webhooks may be sent to loopback, and to the hosts that are named', async t => {
  const allowed = (hosts: string[], ...urls: string[]) => urls.forEach(url => t.equal(isAllowedUrl(url, hosts), true, `${url} with ${hosts.join()}`))
  const refused = (hosts: string[], ...urls: string[]) => urls.forEach(url => t.equal(isAllowedUrl(url, hosts), false, `${url} with ${hosts.join()}`))
  allowed([], 'http://localhost:3000/hook', 'https://LOCALHOST./', 'http://app.localhost/', 'http://127.0.0.1/', 'http://127.8.9.1/', 'http://127.1/', 'http://0x7f.1/',
    'http://[::1]/', 'http://[::ffff:127.0.0.1]/')
  refused([], 'http://example.com/', 'http://localhost.example.com/', 'http://notlocalhost/', 'http://192.168.1.1/', 'http://0.0.0.0/', 'http://[::]/', 'http://[fe80::1]/')
  allowed(['example.com', '192.168.1.1', 'fe80::1'], 'http://example.com/', 'http://EXAMPLE.com.:80/', 'http://192.168.1.1/', 'http://[fe80::1]/')
  refused(['example.com'], 'http://www.example.com/', 'http://192.168.1.1/')
  allowed(['*'], 'http://example.com/', 'http://192.168.1.1/', 'http://10.0.0.1/')
  refused(['*'], 'http://169.254.169.254/', 'http://[fe80::1]/')
  allowed(['*', '169.254.169.254'], 'http://169.254.169.254/')
})

t.test('where a name leads decides', async t => {
  t.equal(isAllowedAddress('localhost', '127.0.0.1', []), true)
  t.equal(isAllowedAddress('localhost', '192.168.1.1', []), false, 'localhost that leads elsewhere')
  t.equal(isAllowedAddress('receiver', '192.168.1.1', ['receiver']), true)
  t.equal(isAllowedAddress('receiver', '192.168.1.1', ['Receiver']), true, 'whatever the case')
  t.equal(isAllowedAddress('receiver', '169.254.169.254', ['receiver', '*']), false, 'a link-local address is named itself, or refused')
  t.equal(isAllowedAddress('receiver', '169.254.169.254', ['169.254.169.254']), true)
})

t.test('the host of a URL has no port, no brackets and no dot at its end', async t => {
  t.same(['http://A.example.:1/', 'http://[::1]:2/', 'https://127.0.0.1/x'].map(hostOf), ['a.example', '::1', '127.0.0.1'])
})
