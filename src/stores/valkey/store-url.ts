/** The address of a store, and its credentials. */
export interface StoreAddress {
  readonly socket: { readonly path: string } | { readonly host: string, readonly port: number, readonly tls: boolean }
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number
  /** The URL without its password, for messages. */
  readonly shown: string
}

/** The maximum length of the path of a Unix socket on any system, in bytes. Node.js 20 silently truncates longer paths. */
const MAX_PATH = 103

const FORMS = 'redis://host:6379/0, rediss://…, valkey://…, valkeys://…, or unix:///path/to.sock?db=0'

/** The problem of a store's URL, as the end of a sentence; `undefined` if it has none. The text never contains the password. */
export function checkStoreUrl (url: string): string | undefined {
  try {
    parseStoreUrl(url)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Parses the URL of a store. Throws an error with the problem that `checkStoreUrl` returns. */
export function parseStoreUrl (url: string): StoreAddress {
  return url.startsWith('unix:') ? parseUnix(url) : parseTcp(url)
}

// parsed by hand, because URL does not allow a user name without a host
const unixUrl =
  /^unix:(?:\/\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?)?(?<path>\/(?!\/)[^?#]+)(?:\?db=(?<database>\d{1,6}))?$/

function parseUnix (url: string): StoreAddress {
  const parts = unixUrl.exec(url)?.groups
  if (parts === undefined) throw new Error('must be unix:///path/to.sock, followed by ?db=NUMBER for a database other than 0')
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
    throw new Error('has a % that is not a percent-encoding; write %25')
  }
}
