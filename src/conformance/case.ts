import type { Received } from './received.js'

/** DOC: the vendor's documentation says so. DECIDED: the documentation is silent, and the mock does this. */
export type Mark = 'DOC' | 'DECIDED'

/** A session that several cases use, by what became of it. */
export type SharedSession = 'pending' | 'approved' | 'declined' | 'review' | 'expired' | 'redacted'

/** One rule of the contract, and the requests that show whether a target keeps it. */
export interface Case {
  /** The rule in a few words, unique within its topic. */
  name: string
  mark: Mark
  /** The sentence of the vendor's documentation, or the mock's decision. */
  says: string
  /**
   * The shared sessions that the case uses: the ID of each is the placeholder with its name. A case leaves them in the status in which it
   * found them. Default: none.
   */
  sessions?: readonly SharedSession[]
  steps: readonly Step[]
}

/**
 * A request and what is expected of its response.
 *
 * Every text of a step can contain placeholders: path, headers, body and expectations. `{session_id}`, `{api_key}` and `{webhook_url}`
 * are those of the run. `{own}` is a text that no other case and no other run uses; `{own:255}` is the same text padded to 255
 * characters. Other names are values that an earlier step saved. A text that consists of one placeholder becomes the saved value,
 * whatever its type.
 *
 * A case must do no harm to a target that accepts what it should refuse. Start whatever it stores with `{own}`, so that it can be found
 * and removed. Send the session of the run no field that a session has except `external_ref` and `metadata`, and change nothing else about
 * it. Sessions that a case creates are redacted when the run ends.
 */
export interface Step {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** The path below the base URL. The values of its placeholders are percent-encoded. */
  path: string
  /**
   * Headers besides `X-API-Key`, `Key-Inflection: snake` and, with a body, `Content-Type: application/json`. A list sends the header once
   * for each value; null removes it. Values are sent as UTF-8.
   */
  headers?: Readonly<Record<string, string | readonly string[] | null>>
  /** The body, sent as JSON. A step with neither `body` nor `text` sends none. */
  body?: unknown
  /** The body, sent as it is. */
  text?: string
  /**
   * Whether the body is sent in chunks, without `Content-Length`. A server that refuses a body by its declared length may close the
   * connection before the client has read the response; a server that has to count reads the body first.
   */
  chunked?: boolean
  /** How many copies of the request are sent at the same time. Default: 1. */
  times?: number
  /** How long to wait before the request, in milliseconds, for cases that need the clock to move. Default: 0. */
  pause?: number
  /** What the response must be like. The case ends with the first expectation that fails. */
  expect?: readonly Expectation[]
  /** Values of the response for later steps: the name of a placeholder and the path of a field, such as `{ link: 'data.0.id' }`. */
  save?: Readonly<Record<string, string>>
}

/** Checks a response. Returns undefined when it is as expected. */
export type Expectation = (context: ExpectationContext) => Mismatch | undefined

/** What an expectation can look at. */
interface ExpectationContext {
  response: Received
  /** All responses of the step: more than one when `times` is. */
  responses: readonly Received[]
  /** The response of an earlier step; the first step is 1. */
  earlier: (step: number) => Received
  /** Fills in the placeholders. */
  fill: <T>(value: T) => T
}

/** An expectation that failed. */
export interface Mismatch {
  /** What was expected, in words. */
  expected: string
  /** What the response has instead. */
  seen: string
}
