/** The time of day of a timestamp, with milliseconds, in UTC as the API shows it: `07:00:00.123`. */
export function timeOfDay (timestamp: string): string {
  return timestamp.slice(11, 23)
}

/** A timestamp for people, in UTC: `2026-11-23 07:00:00`. */
export function dateAndTime (timestamp: string): string {
  return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)}`
}

const units = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1_000, 's']] as const

/** A span of time in its two largest units: `23 h 59 min`; less than a second in milliseconds. */
export function span (milliseconds: number): string {
  const size = Math.abs(milliseconds)
  const first = units.findIndex(([length]) => size >= length)
  if (first === -1) return `${Math.round(milliseconds * 10) / 10} ms`
  const [large, largeName] = units[first] as typeof units[number]
  const small = units[first + 1]
  const count = Math.floor(size / large)
  const rest = small === undefined ? 0 : Math.floor((size - count * large) / small[0])
  return `${milliseconds < 0 ? '−' : ''}${count} ${largeName}${rest === 0 ? '' : ` ${rest} ${(small as typeof units[number])[1]}`}`
}
