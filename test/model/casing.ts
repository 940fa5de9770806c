const USER_DATA = ['metadata', 'extracted_data', 'check_results']

/** A body with its field names in a casing, at any depth; names that are the user's stay. */
export function inCasing (body: unknown, casing: string | undefined): unknown {
  if (Array.isArray(body)) return body.map(one => inCasing(one, casing))
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(Object.entries(body).map(([name, value]) => {
    const [first = '', ...words] = name.split('_')
    const inner: unknown = USER_DATA.includes(name) ? value : inCasing(value, casing)
    if (casing === 'camel') return [first + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(''), inner]
    return [casing === 'kebab' ? [first, ...words].join('-') : name, inner]
  }))
}
