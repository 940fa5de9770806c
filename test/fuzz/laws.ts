import type { TSchema } from '@sinclair/typebox'
import { Ajv, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import { inflectSchema, type KeyInflection, keyInflections } from '../../src/contract/casing.js'
import { ErrorBody } from '../../src/contract/errors.js'
import { dereference } from '../../src/contract/schema.js'
import type { Document, Operation } from './document.js'
import type { Request } from './requests.js'

/** What came back for a request; `cut` when the connection was closed instead. */
export type Response = { status: number, headers: Record<string, unknown>, body: string } | 'cut'

/** The laws, by name. */
export const laws = {
  noServerError: 'no response is a 5xx that was not asked for',
  noCut: 'a connection is cut only when a fault says so',
  json: 'every response is JSON in UTF-8, or has no body, or is a page for a browser at the capture page',
  errorShape: 'every error has the shape of errors, in the casing that was asked for',
  documented: 'every response has a status that the document names',
  schema: 'every response fits the schema of its status in the document, in the casing that was asked for',
  refusedIsNothing: 'a request that was refused changed nothing',
  readIsNothing: 'a request that only reads changes nothing',
  executed: 'a request that the document allows is executed, unless the session does not allow it',
  notFound: 'a session that the API key does not see is a 404',
  change: 'what changes is a session of the API key\'s environment that was not redacted, and only an open one has a capture URL',
  refused: 'an update that the document does not allow is refused',
  merge: 'an update responds with the merge of the session and the body, and that is what is stored',
  replay: 'the same request again gets the same bytes, and changes nothing',
  state: 'a stored session is as one of the responses has it'
}
export type Law = keyof typeof laws

/** A law was broken. fast-check shows the message with the requests that led to it. */
export class Broken extends Error {
  constructor (law: Law, request: Request, response: Response, why = '') {
    const seen = response === 'cut' ? 'a cut connection' : `${response.status} ${response.body.slice(0, 2000)}`
    super(`${laws[law]}: ${why}\n${request.method} ${request.path.slice(0, 200)} gets ${seen}`)
  }
}

export function headerOf ({ headers }: Request, name: string): string | undefined {
  const values = headers.filter(([other]) => other.toLowerCase() === name.toLowerCase())
  // a name that comes twice is one header with two values (RFC 9110); of Content-Type and the like Node.js takes the first
  return values.length === 0 ? undefined : values.map(([, value]) => value.trim()).join(', ')
}

/** The casing that a request asks for. */
export function casingOf (request: Request): KeyInflection {
  const asked = headerOf(request, 'Key-Inflection') as KeyInflection
  return keyInflections.includes(asked) ? asked : 'snake'
}

/** The calls whose 409 has more fields than an error. */
const withMoreFields = ['verifyRequests', 'verifyWebhooks', 'settleWebhooks']

/** The laws that a response alone can break. */
export class ResponseLaws {
  readonly #ajv = ajvFormats.default(new Ajv({ strict: false }), ['date', 'date-time', 'uri'])
  readonly #operations: Map<string, Operation>
  readonly #checks = new Map<string, ValidateFunction>()

  constructor ({ operations }: Document) {
    this.#operations = new Map(operations.map(operation => [`${operation.method} ${operation.path}`, operation]))
  }

  /** The operation of the document that a request is one to. */
  operationOf ({ method, route }: Request): Operation | undefined {
    return this.#operations.get(`${method === 'HEAD' ? 'get' : method.toLowerCase()} ${String(route)}`)
  }

  /**
   * @param faults whether a fault may take effect on the request
   * @throws Broken
   */
  check (request: Request, response: Response, faults: boolean): void {
    if (response === 'cut') {
      if (!faults) throw new Broken('noCut', request, response)
      return
    }
    const { status, headers, body } = response
    const isNotMocked = status === 501 && request.method !== 'PATCH' && this.operationOf(request) === undefined
    if (status >= 500 && !isNotMocked && (!faults || body.includes('Internal server error.'))) throw new Broken('noServerError', request, response)
    if (isPage(request, response)) return
    const isJson = headers['content-type'] === 'application/json; charset=utf-8'
    if (status === 204 || request.method === 'HEAD' ? body !== '' : !isJson) {
      if (status >= 400 || request.route !== undefined) throw new Broken('json', request, response, String(headers['content-type']))
    }
    if (request.method === 'HEAD' || status === 204) return
    const operation = this.operationOf(request)
    const casing = request.route?.startsWith('/_mock') === true ? 'snake' : casingOf(request)
    if (status >= 400 && !isError(body, status, request.path.startsWith('/sessions') || request.route !== undefined ? [casing] : keyInflections)) {
      if (!(withMoreFields.includes(operation?.id ?? '') && status === 409)) throw new Broken('errorShape', request, response, casing)
    }
    if (operation === undefined || (faults && status >= 400 && !operation.responses.has(status))) return
    if (!operation.responses.has(status)) throw new Broken('documented', request, response, operation.id)
    const check = this.#checkOf(operation, status, casing)
    if (!check(JSON.parse(body))) throw new Broken('schema', request, response, this.#ajv.errorsText(check.errors))
  }

  /** Whether the document allows this body of an operation. */
  allowsBody (operation: Operation, body: unknown): boolean {
    return this.#compiled(`${operation.id} body`, () => operation.body ?? {})(body)
  }

  #checkOf (operation: Operation, status: number, casing: KeyInflection): ValidateFunction {
    return this.#compiled(`${operation.id} ${status} ${casing}`, () => inflectSchema(operation.responses.get(status) as TSchema, casing))
  }

  #compiled (name: string, schema: () => object): ValidateFunction {
    let check = this.#checks.get(name)
    if (check === undefined) this.#checks.set(name, check = this.#ajv.compile(schema()))
    return check
  }
}

/** Whether a response is what a browser gets at the capture page: a page, or where to go. */
function isPage ({ path, method, headers: sent }: Request, { status, headers, body }: Exclude<Response, 'cut'>): boolean {
  const isForm = sent.some(([name, value]) => name === 'Content-Type' && value.startsWith('application/x-www-form-urlencoded'))
  if (!path.startsWith('/verify/') || (method === 'POST' && !isForm)) return false
  return headers['content-type'] === 'text/html; charset=utf-8' || (status === 303 && body === '' && headers['location'] !== undefined)
}

const isErrorIn = new Map(keyInflections.map(casing => {
  const schema = inflectSchema(dereference(ErrorBody), casing)
  return [casing, { names: Object.keys(schema['properties'] as object).join(), check: new Ajv({ strict: false }).compile(schema) }]
}))

/** Whether a body is an error of this status, in one of these casings: with its three fields, in order. */
function isError (body: string, status: number, casings: readonly KeyInflection[]): boolean {
  const value = JSON.parse(body) as Record<string, unknown>
  return casings.some(casing => {
    const { names, check } = isErrorIn.get(casing) as { names: string, check: ValidateFunction }
    return Object.keys(value).join() === names && check(value) && Object.values(value)[2] === status
  })
}
