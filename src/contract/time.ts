/** The years that ISO 8601 writes with four digits, less some room for running clocks. */
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z')
const LATEST = Date.parse('9998-12-31T23:59:59.999Z')

/** Whether a time, in milliseconds since 1970, can be written as the API writes times. `NaN` cannot. */
export function isRepresentable (time: number): boolean {
  return time >= EARLIEST && time <= LATEST
}

/** A time as the API writes it: UTC, ISO 8601 with milliseconds and `Z` (our decision). */
export function timestamp (time: number | string): string {
  if (time !== latest.time) latest = { time, text: new Date(time).toISOString() }
  return latest.text
}

// under load, many updates share a millisecond, and writing it takes 3 % of an update (bench/README.md)
let latest: { time: number | string, text: string } = { time: NaN, text: '' }

const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** The milliseconds of a duration such as `24h`, `23h59m59s`, or `-1d`; `undefined` if the text is not a duration. */
export function parseDuration (text: string): number | undefined {
  const parts = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)
  if (parts === null || parts[0] === parts[1]) return undefined
  const total = Object.values(units).reduce((sum, unit, index) => sum + Number(parts[index + 2] ?? 0) * unit, 0)
  return parts[1] === '-' ? -total : total
}
