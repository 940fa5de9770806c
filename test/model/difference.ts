import { isDeepStrictEqual } from 'node:util'

/** The first place where two bodies differ. */
export function differenceOf (one: unknown, other: unknown, path = ''): string {
  const place = path === '' ? '' : ` at ${path}`
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return place
  const [first, second] = [new Map(Object.entries(one)), new Map(Object.entries(other))]
  const differs = (name: string) => !first.has(name) || !second.has(name) || !isDeepStrictEqual(first.get(name), second.get(name))
  const name = [...first.keys(), ...second.keys()].find(differs)
  if (name === undefined) return place
  const inner = path === '' ? name : `${path}.${name}`
  return first.has(name) && second.has(name) ? differenceOf(first.get(name), second.get(name), inner) : ` at ${inner}`
}
