import { BlockList, isIP } from 'node:net'

/** Every host, in `webhookHosts`. */
const EVERY_HOST = '*'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Whether webhooks may be sent to a URL, judging by its host name. */
export function isAllowedUrl (url: string, hosts: readonly string[]): boolean {
  const host = hostOf(url)
  if (isIP(host) !== 0) return isAllowedAddress(host, host, hosts)
  return isLocalName(host) || isNamed(host, hosts) || hosts.includes(EVERY_HOST)
}

/**
 * Whether webhooks may be sent to the address of a host: loopback, or a host in `webhookHosts`. A link-local address, at which clouds
 * serve credentials, has to be listed explicitly.
 */
export function isAllowedAddress (host: string, address: string, hosts: readonly string[]): boolean {
  if (isNamed(address, hosts)) return true
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (linkLocal.check(address, family)) return false
  return loopback.check(address, family) || isNamed(host, hosts) || hosts.includes(EVERY_HOST)
}

/** The host of a URL in lower case, without the brackets of an IPv6 address and the dot of an absolute name. */
export function hostOf (url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** Whether a host name is this machine's by definition (RFC 6761). */
function isLocalName (host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}

function isNamed (host: string, hosts: readonly string[]): boolean {
  return hosts.some(name => name.toLowerCase() === host)
}
