import type { Answer } from './answer.js'

/** DOC: the vendor's documentation says so. DECIDED: it is silent, and this is what the mock does. */
export type Mark = 'DOC' | 'DECIDED'

/** One thing that the contract says, and how to see from outside whether a target does it. */
export interface Case {
  /** What is expected, in a few words; no two cases have the same. */
  name: string
  mark: Mark
  /** The sentence of the vendor's page, or the mock's decision where the page says nothing. */
  says: string
  steps: readonly Step[]
}

/**
 * A request and what is expected of its answer. In all its texts, also those of the body and of what is expected, `{own}` is a text
 * that belongs to this case and this run alone (`{own:255}` the same, filled up to 255 characters), `{session_id}` and `{api_key}` are
 * what the run was given. Whatever a case stores begins with `{own}`: so it is found again and removed.
 * Whatever it sends does no harm where a target takes what it should refuse: of a session's members it has `external_ref` and `metadata`
 * alone.
 */
export interface Step {
  /** By default `PATCH`. */
  method?: string
  /** Behind the base URL; by default that of the session. */
  path?: string
  /** In addition to the key, `Content-Type: application/json` and `Key-Inflection: snake`; null sends a header not at all. */
  headers?: Readonly<Record<string, string | null>>
  /** A body to be sent as JSON; without it and `text` the request has none. */
  body?: unknown
  /** A body to be sent as it is. */
  text?: string
  /**
   * Sends the body in chunks, without a length. A server that refuses a body for its length closes the connection while the client
   * still writes, who then may not see the answer; one that has to count has read it all.
   */
  chunked?: boolean
  /** How many such requests are sent at the same time; by default one. */
  times?: number
  /** How many milliseconds pass before the request is sent, so that a clock has moved; by default none. */
  pause?: number
  /** What must be so of the answer; of what is not, the first is reported and the case ends. */
  expect?: readonly Expectation[]
}

/** What an expectation may look at. */
interface Sight {
  answer: Answer
  /** All answers to the step; more than one when it was sent several times. */
  answers: readonly Answer[]
  /** The answer to an earlier step of the case, the first is 1. */
  earlier: (step: number) => Answer
  /** Fills in `{own}` and the like. */
  fill: <T>(value: T) => T
}

/** Something that must be so of an answer. */
export interface Expectation {
  /** What, in words. */
  expected: string
  /** What is there instead, or undefined when it is as expected. */
  look: (sight: Sight) => string | undefined
}
