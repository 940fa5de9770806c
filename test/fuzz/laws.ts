import type { TSchema } from '@sinclair/typebox'
import { Ajv, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import { inflectSchema, type KeyInflection, keyInflections } from '../../src/casing.js'
import { ErrorBody } from '../../src/errors.js'
import type { Document, Operation } from './document.js'
import type { Request } from './requests.js'

/** What came back for a request; `cut` when the connection was closed instead. */
export type Answer = { status: number, headers: Record<string, unknown>, body: string } | 'cut'

/** The laws, by the names in which a broken one is told. */
export const laws = {
  noServerError: 'never a 5xx that was not asked for',
  noCut: 'a connection is cut when a fault says so, and never else',
  json: 'every answer is JSON, in UTF-8, or has no body',
  errorShape: 'every error is in the error shape, in the casing asked for',
  documented: 'every answer has a status that the document names',
  schema: 'every answer fits the schema of its status in the document, in the casing asked for',
  refusedIsNothing: 'what was refused changed nothing',
  carriedOut: 'an update that the document allows is carried out',
  refused: 'an update that the document does not allow is refused',
  merge: 'an accepted update answers with the merge of the session and the body, and that is what is kept',
  replay: 'the same request again is answered with the same bytes, and changes nothing',
  state: 'what is kept of a session is what one of the answers said'
}
export type Law = keyof typeof laws

/** That a law is broken: fast-check shows the message, with the requests that led to it. */
export class Broken extends Error {
  constructor (law: Law, request: Request, answer: Answer, why = '') {
    const seen = answer === 'cut' ? 'a cut connection' : `${answer.status} ${answer.body.slice(0, 2000)}`
    super(`${laws[law]}: ${why}\n${request.method} ${request.path.slice(0, 200)} is answered with ${seen}`)
  }
}

export function headerOf ({ headers }: Request, name: string): string | undefined {
  const values = headers.filter(([other]) => other.toLowerCase() === name.toLowerCase())
  // a name that comes twice is one header with two values (RFC 9110), of Content-Type and the like Node.js takes the first
  return values.length === 0 ? undefined : values.map(([, value]) => value.trim()).join(', ')
}

/** The casing that a request asks for. */
export function casingOf (request: Request): KeyInflection {
  const asked = headerOf(request, 'Key-Inflection') as KeyInflection
  return keyInflections.includes(asked) ? asked : 'snake'
}

/** The laws that an answer alone can break. */
export class AnswerLaws {
  readonly #ajv = ajvFormats.default(new Ajv({ strict: false }), ['date', 'date-time'])
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
   * @param faults whether faults may befall the request
   * @throws Broken
   */
  check (request: Request, answer: Answer, faults: boolean): void {
    if (answer === 'cut') {
      if (!faults) throw new Broken('noCut', request, answer)
      return
    }
    const { status, headers, body } = answer
    if (status >= 500 && (!faults || body.includes('Internal server error.'))) throw new Broken('noServerError', request, answer)
    const isJson = headers['content-type'] === 'application/json; charset=utf-8'
    if (status === 204 || request.method === 'HEAD' ? body !== '' : !isJson) {
      if (status >= 400 || request.route !== undefined) throw new Broken('json', request, answer, String(headers['content-type']))
    }
    if (request.method === 'HEAD' || status === 204) return
    const operation = this.operationOf(request)
    const casing = request.route?.startsWith('/_mock') === true ? 'snake' : casingOf(request)
    if (status >= 400 && !isError(body, status, request.path.startsWith('/sessions') || request.route !== undefined ? [casing] : keyInflections)) {
      if (!(operation?.id === 'verifyRequests' && status === 409)) throw new Broken('errorShape', request, answer, casing)
    }
    if (operation === undefined || (faults && status >= 400 && !operation.answers.has(status))) return
    if (!operation.answers.has(status)) throw new Broken('documented', request, answer, operation.id)
    const check = this.#checkOf(operation, status, casing)
    if (!check(JSON.parse(body))) throw new Broken('schema', request, answer, this.#ajv.errorsText(check.errors))
  }

  /** Whether the document allows this body of an operation. */
  allowsBody (operation: Operation, body: unknown): boolean {
    return this.#compiled(`${operation.id} body`, () => operation.body ?? {})(body)
  }

  #checkOf (operation: Operation, status: number, casing: KeyInflection): ValidateFunction {
    return this.#compiled(`${operation.id} ${status} ${casing}`, () => inflectSchema(operation.answers.get(status) as TSchema, casing))
  }

  #compiled (name: string, schema: () => object): ValidateFunction {
    let check = this.#checks.get(name)
    if (check === undefined) this.#checks.set(name, check = this.#ajv.compile(schema()))
    return check
  }
}

const isErrorIn = new Map(keyInflections.map(casing => {
  const schema = inflectSchema(ErrorBody, casing)
  return [casing, { names: Object.keys(schema['properties'] as object).join(), check: new Ajv({ strict: false }).compile(schema) }]
}))

/** Whether a body is an error of this status, in one of these casings: its three members, in their order. */
function isError (body: string, status: number, casings: readonly KeyInflection[]): boolean {
  const value = JSON.parse(body) as Record<string, unknown>
  return casings.some(casing => {
    const { names, check } = isErrorIn.get(casing) as { names: string, check: ValidateFunction }
    return Object.keys(value).join() === names && check(value) && Object.values(value)[2] === status
  })
}
