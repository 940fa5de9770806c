import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Engine, freePort, startEngine } from '../engine.js'

/** An engine that also takes connections with TLS. */
interface TlsEngine extends Engine {
  tlsPort: number
  /** The file of its certificate, which is signed by nobody else. */
  certificate: string
}

export async function startTlsEngine (t: Test): Promise<TlsEngine> {
  const folder = t.testdir({})
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-keyout', key, '-out', certificate,
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'
  ], { stdio: 'pipe' })
  const tlsPort = await freePort()
  const args = ['--tls-port', String(tlsPort), '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-auth-clients', 'no']
  return { ...await startEngine(t, { args }), tlsPort, certificate }
}
