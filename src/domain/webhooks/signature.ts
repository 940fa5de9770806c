import { createHmac, timingSafeEqual } from 'node:crypto'

/** The header with the signature of a webhook. */
export const SIGNATURE_HEADER = 'X-Verifa-Signature'
/** The header with the ID of the delivery, which stays the same on retries. */
export const DELIVERY_ID_HEADER = 'X-Verifa-Delivery-Id'

/** How many seconds a signature is valid (the vendor's page). */
const TOLERANCE = 5 * 60

/** Why a signature is not valid. */
export type SignatureProblem = 'missing' | 'malformed' | 'mismatch' | 'stale'

const messages: Readonly<Record<SignatureProblem, string>> = {
  missing: `The header ${SIGNATURE_HEADER} is missing.`,
  malformed: `The header ${SIGNATURE_HEADER} is not t=<unix seconds>,v1=<64 hexadecimal characters>.`,
  mismatch: 'The signature does not fit the body and the secret. Verify the raw body, before it is parsed.',
  stale: 'The signature was made too long ago, or in the future.'
}

/** A webhook whose signature is not valid. */
export class WebhookSignatureError extends Error {
  override readonly name = 'WebhookSignatureError'

  constructor (
    /** Why the signature is not valid, for programs to compare. */
    readonly reason: SignatureProblem
  ) {
    super(messages[reason])
  }
}

/** When a webhook is signed. */
export interface SignOptions {
  /** The time, in seconds since 1970; by default, now. */
  t?: number | undefined
}

/** How a signature is verified. */
export interface VerifyOptions {
  /** How many seconds the time of the signature may differ from now; by default, 300. */
  tolerance?: number | undefined
  /** The time, in seconds since 1970; by default, now. */
  now?: number | undefined
}

/**
 * Signs a webhook, and returns the value of `X-Verifa-Signature`: `t=1767225600,v1=5257a8…`.
 * @param body the exact bytes that are sent
 * @param secret the endpoint's secret, with its prefix: `whsec_…`
 */
export function signWebhook (body: string | Uint8Array, secret: string, { t = seconds() }: SignOptions = {}): string {
  return sign(body, secret, String(t))
}

/**
 * Verifies the signature of a webhook, and returns its parsed body.
 * @param body the exact bytes that were received
 * @param signature the value of `X-Verifa-Signature`
 * @param secret the endpoint's secret, with its prefix: `whsec_…`
 * @throws WebhookSignatureError if the signature is not valid
 * @throws SyntaxError if the body is not JSON
 */
export function verifyWebhook (
  body: string | Uint8Array, signature: string | readonly string[] | null | undefined, secret: string,
  { tolerance = TOLERANCE, now = seconds() }: VerifyOptions = {}
): unknown {
  if (signature === undefined || signature === null) throw new WebhookSignatureError('missing')
  const t = /^t=(\d{1,15}),v1=[0-9a-f]{64}$/.exec(String(signature))?.[1]
  if (t === undefined) throw new WebhookSignatureError('malformed')
  if (!timingSafeEqual(Buffer.from(sign(body, secret, t)), Buffer.from(String(signature)))) throw new WebhookSignatureError('mismatch')
  if (Math.abs(now - Number(t)) > tolerance) throw new WebhookSignatureError('stale')
  return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString())
}

function sign (body: string | Uint8Array, secret: string, t: string): string {
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`
}

function seconds (): number {
  return Math.floor(Date.now() / 1_000) // the receiver's time: it does not have the mock's clock
}
