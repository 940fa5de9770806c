/** A value that is different before and after. */
export interface Difference {
  /** Where it is: field names, and positions in lists. */
  path: string
  kind: 'added' | 'removed' | 'changed'
  /** The value before as JSON; `undefined` when it was added. */
  before: string | undefined
  /** The value after as JSON; `undefined` when it was removed. */
  after: string | undefined
}

/** What is different between two values, in the order of their fields. Objects are compared field by field, everything else as a whole. */
export function differences (before: unknown, after: unknown, path: readonly string[] = []): Difference[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap(name => differences(before[name], after[name], [...path, name]))
  }
  const [was, is] = [textOf(before), textOf(after)]
  if (was === is) return []
  return [{ path: path.join('.'), kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed', before: was, after: is }]
}

function isObject (value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf (value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}
