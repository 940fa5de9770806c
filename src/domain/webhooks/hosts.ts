import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const linkLocal = new BlockList()
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4')
linkLocal.addSubnet('fe80::', 10, 'ipv6')

/** Whether webhooks may be sent to a URL, by the name of its host alone: to loopback, and to the given hosts. */
export function isAllowedUrl (url: string, hosts: readonly string[]): boolean {
  const host = hostOf(url)
  if (hosts.some(one => one.toLowerCase() === host)) return true
  return isIn(loopback, host) || /(^|\.)localhost$/.test(host) || (hosts.includes('*') && !isIn(linkLocal, host))
}

/** The host of a URL as it is listed: in lower case, without a port and without brackets. */
export function hostOf (url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '')
}

function isIn (addresses: BlockList, host: string): boolean {
  const version = isIP(host)
  return version !== 0 && addresses.check(host, version === 6 ? 'ipv6' : 'ipv4')
}
