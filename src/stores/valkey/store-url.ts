/** Where a store is, and how to enter it. */
export interface StoreAddress {
  readonly socket: { readonly path: string } | { readonly host: string, readonly port: number, readonly tls: boolean }
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  /** The URL without its password, for messages. */
  readonly shown: string
}

/** How long the path of a Unix socket can be, in bytes, on every system. Node.js 20 silently connects to the beginning of a longer one. */
const MAX_PATH = 103

const FORMS = 'redis://host:6379/0, rediss://…, valkey://…, valkeys://…, or unix:///path/to.sock?db=0'

/** What is wrong with the URL of a store, as the end of a sentence; `undefined` when it can be used. It has no password in it. */
export function checkStoreUrl (url: string): string | undefined {
  try {
    parseStoreUrl(url)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Reads the URL of a store. What it throws is what `checkStoreUrl` returns. */
export function parseStoreUrl (url: string): StoreAddress {
  return url.startsWith('unix:') ? parseUnix(url) : parseTcp(url)
}

// by hand: for URL, a user name needs a host
const unixUrl =
  /^unix:(?:\/\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?)?(?<path>\/(?!\/)[^?#]+)(?:\?db=(?<database>\d{1,6}))?$/

function parseUnix (url: string): StoreAddress {
  const parts = unixUrl.exec(url)?.groups
  if (parts === undefined) throw new Error('must be unix:///path/to.sock, followed by ?db=NUMBER for another database than 0')
  const { username = '', password = '', path: encoded = '', database = '0' } = parts
  const path = decode(encoded)
  const bytes = Buffer.byteLength(path)
  if (bytes > MAX_PATH) throw new Error(`has a path of ${bytes} bytes, but the path of a Unix socket can have at most ${MAX_PATH}`)
  return {
    socket: { path },
    username: decode(username) || undefined,
    password: decode(password) || undefined,
    database: Number(database),
    shown: `unix://${username === '' ? '' : `${username}@`}${encoded}${database === '0' ? '' : `?db=${database}`}`
  }
}

const schemes: Readonly<Record<string, { tls: boolean }>> = {
  'redis:': { tls: false }, 'valkey:': { tls: false }, 'rediss:': { tls: true }, 'valkeys:': { tls: true }
}

function parseTcp (text: string): StoreAddress {
  if (!URL.canParse(text)) throw new Error(`must be a URL such as ${FORMS}`)
  const url = new URL(text)
  const scheme = schemes[url.protocol]
  if (scheme === undefined || url.hostname === '') throw new Error(`must be a URL such as ${FORMS}`)
  const database = /^\/?(\d{0,6})$/.exec(url.pathname)?.[1]
  if (database === undefined) throw new Error('must end with the number of a database after the host, such as /0')
  if (url.search !== '' || url.hash !== '') throw new Error('must not have anything after the number of the database')
  return {
    socket: { host: url.hostname.replace(/[[\]]/g, ''), port: Number(url.port || 6379), ...scheme },
    username: decode(url.username) || undefined,
    password: decode(url.password) || undefined,
    database: Number(database),
    shown: `${url.protocol}//${url.username === '' ? '' : `${url.username}@`}${url.host}${url.pathname}`
  }
}

function decode (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Error('has a % that is no percent-encoding: write %25')
  }
}
