import { banner, type ReadyLine } from './ready-line.js'

/** The maximum length of a line, in characters. */
const MAX_LINE = 8 * 1024

/** The maximum length of the texts in a line that is too long, in characters: at first, and if the line is still too long. */
const MAX_TEXT = [1024, 64]

/** Characters that a terminal could interpret as commands, or that change the direction of text. */
const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu

/** A line as written to a file: JSON with truncated texts and without control characters. */
export function jsonLine (line: string): string {
  const short = MAX_TEXT.reduce((text, limit) => text.length > MAX_LINE ? shorten(text, limit) : text, line)
  return `${escapeControls(short.trimEnd())}\n`
}

function shorten (line: string, limit: number): string {
  return JSON.stringify(JSON.parse(line), (_key, value: unknown) =>
    typeof value === 'string' && value.length > limit ? `${value.slice(0, limit - 1)}…` : value)
}

function escapeControls (text: string): string {
  return text.replace(CONTROLS, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

const RED = 31
const GREEN = 32
const YELLOW = 33
const CYAN = 36
const GREY = 90
const levels: Record<number, [name: string, colour: number]> =
  { 10: ['TRACE', GREY], 20: ['DEBUG', GREY], 30: ['INFO', GREEN], 40: ['WARN', YELLOW], 50: ['ERROR', RED], 60: ['FATAL', RED] }

interface Line {
  level: number
  time: number
  msg: string
  err?: { stack?: string }
  [field: string]: unknown
}

/** A line as written to a terminal. */
export function readableLine (line: string, hasColours: boolean): string {
  const { level, time, msg, err, ...fields } = JSON.parse(jsonLine(line)) as Line
  const paint: Paint = (colour, text) => hasColours ? `\x1b[${colour}m${text}\x1b[0m` : text
  if ('try' in fields) return escapeLines(banner({ ...fields, msg } as unknown as ReadyLine))

  const clock = paint(GREY, new Date(time).toTimeString().slice(0, 8))
  if (msg === 'request') return `${clock} ${requestText(fields, paint)}\n`

  const [name, colour] = levels[level] ?? [String(level), GREY]
  const others = Object.entries(fields)
    .filter(([field]) => field !== 'pid' && field !== 'hostname')
    .map(([field, value]) => ` ${field}=${JSON.stringify(value)}`)
  const text = [msg + others.join(''), ...err?.stack === undefined ? [] : [err.stack]].join('\n')
  return `${clock} ${paint(colour, name)} ${escapeLines(text)}\n`
}

type Paint = (colour: number, text: string) => string

/** The fields of `plugins/request-log.ts` as text. The reason of a refusal replaces the detail of the response. */
function requestText (fields: Record<string, unknown>, paint: Paint): string {
  const { method, url, status, ms, apiKey, replayed, fault, reason, detail } = fields as Record<string, string | number | true>
  const [before, after] = [[method, url], [apiKey, replayed === true && 'replayed', fault, reason ?? detail]].map(parts =>
    parts.filter(Boolean).map(part => escapeControls(String(part))).join(' '))
  return `${before} ${paint(statusColour(status), String(status ?? '–'))} ${String(ms)} ms ${after}`.trimEnd()
}

/** A dropped connection has no status. */
function statusColour (status: unknown): number {
  if (typeof status !== 'number' || status >= 500) return RED
  return status >= 400 ? YELLOW : status >= 300 ? CYAN : GREEN
}

function escapeLines (text: string): string {
  return text.split('\n').map(escapeControls).join('\n')
}
