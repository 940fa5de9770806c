/** A request that delivers a webhook. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether to close the connection in the middle of the body. */
  readonly cut: boolean
}

/** The outcome of a request that delivers a webhook. */
export interface SendResult {
  /** The HTTP status of the response; null if there was none. */
  readonly http_status: number | null
  /** Why the delivery failed; null if the status is 2xx. */
  readonly error: string | null
  /** Whether another attempt is useless, because the mock may not send to the host. */
  readonly final: boolean
}

/** Sends a webhook over HTTP and waits for the response. It never rejects. */
export type Send = (request: WebhookRequest, signal: AbortSignal) => Promise<SendResult>
