import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The credentials of the control plane: the token itself, or the cookie that a browser gets for it. */
export class ControlToken {
  readonly #token: Buffer
  readonly #cookie: Buffer
  /** The `Set-Cookie` header that logs a browser in, until it is closed. */
  readonly loginCookie: string
  /** The `Set-Cookie` header that logs a browser out. */
  readonly logoutCookie: string

  /** @param publicUrl the mock's URL for browsers; with https, the cookie is sent only over https */
  constructor (token: string, publicUrl?: string) {
    // cookies ignore ports, so two mocks on one host get each other's cookies: the name depends on the token to tell them apart
    const name = `verifa_mock_${hash('sha256', token, 'hex').slice(0, 8)}`
    // does not disclose the token, and is the same in every replica of the mock and after a restart
    const value = createHmac('sha256', token).update('verifa-mock control plane').digest('base64url')
    // no Path: the browser then takes the folder of the request, which is /_mock, also below a prefix that only a proxy knows
    const attributes = `HttpOnly; SameSite=Strict${publicUrl?.startsWith('https:') === true ? '; Secure' : ''}`
    this.#token = digest(token)
    this.#cookie = digest(`${name}=${value}`)
    this.loginCookie = `${name}=${value}; ${attributes}`
    this.logoutCookie = `${name}=; ${attributes}; Max-Age=0`
  }

  /** Whether a text is the token. Compares digests, because that takes the same time whatever was sent. */
  equals (text: string): boolean {
    return timingSafeEqual(this.#token, digest(text))
  }

  /** Whether a request may pass. */
  isIn ({ authorization = '', cookie }: IncomingHttpHeaders): boolean {
    return this.equals(/^Bearer (.*)$/i.exec(authorization)?.[1] ?? '') || this.isInCookie(cookie)
  }

  /** Whether a browser is logged in. A page on another port can add a cookie of the same name, so one right cookie is enough. */
  isInCookie (header = ''): boolean {
    return header.split(';').some(pair => timingSafeEqual(this.#cookie, digest(pair.trim())))
  }
}

function digest (text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
