/** A method of the control plane. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Makes a call of the control plane and returns its response.
 * @param caller where the stack of an unmet expectation begins
 */
export type Caller = <T>(method: Method, path: string, body?: unknown, caller?: Error) => Promise<T>

/** The place where a function is called, for the stack of an error that should begin there. */
export function callerOf (called: (...values: never[]) => unknown): Error {
  const caller = new Error()
  Error.captureStackTrace(caller, called)
  return caller
}

/** A filter as a query. */
export function queryOf (filter: object): string {
  return new URLSearchParams(Object.entries(filter as Record<string, unknown>)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)])).toString()
}
