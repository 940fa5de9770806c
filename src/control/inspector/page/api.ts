import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ErrorBody } from '../../../contract/errors.js'
import type { Method } from '../../call.js'

/** A call that the mock refused, or that did not reach it. */
export class Refusal extends Error {
  constructor (
    /** The HTTP status; 0 when the mock did not respond. */
    readonly status: number,
    message: string
  ) {
    super(message)
  }
}

/** Calls the control plane. */
export interface Api {
  /**
   * Makes a call and returns the body of the response.
   * @param path relative to `/_mock/`, so that the page works below any path of a proxy
   * @throws Refusal
   */
  call: <T>(method: Method, path: string, body?: unknown) => Promise<T>
  /** The workspace that the calls are for; without isolation there is only one. */
  readonly workspace: string | undefined
}

const ApiContext = createContext<Api>({ call: async () => Promise.reject(new Error('There is no API.')), workspace: undefined })
export const ApiProvider = ApiContext.Provider
export const useApi = (): Api => useContext(ApiContext)

/**
 * Makes the calls of a workspace.
 * @param onLogin called when the mock wants its token
 */
export function createApi (workspace: string | undefined, onLogin: () => void): Api {
  return {
    workspace,
    call: async <T>(method: Method, path: string, body?: unknown) => {
      const response = await fetch(new URL(path, document.baseURI), {
        method,
        headers: {
          ...(workspace !== undefined && { 'x-mock-workspace': workspace }),
          ...(body !== undefined && { 'content-type': 'application/json' })
        },
        ...(body !== undefined && { body: JSON.stringify(body) })
      }).catch(() => {
        throw new Refusal(0, 'The mock does not respond. Is it still running?')
      })
      const text = await response.text().catch(() => 'cut')
      const value = valueOf(text)
      if (response.ok && value !== notJson) return value as T
      if (response.status === 401) onLogin()
      throw new Refusal(response.status, messageOf(value))
    }
  }
}

/** The path of a call with a query. Empty values are left out. */
export function withQuery (path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`
}

const notJson = Symbol('not JSON')
const FOREIGN = 'The response is not one of the mock. Is there a proxy in between?'

/** The value of a body; `undefined` when it is empty. */
function valueOf (text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return notJson
  }
}

/** An error of the API in words; something else has none. */
function messageOf (value: unknown): string {
  const { detail } = (value ?? {}) as Partial<ErrorBody>
  if (typeof detail === 'string') return detail
  return Array.isArray(detail) ? detail.map(({ loc, msg }) => `${loc.join('.')} ${msg}`).join('\n') : FOREIGN
}
