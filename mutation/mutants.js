import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './stryker.js'

/** The outcome of a mutant; ignored ones are neither. A mutant with which the tests hang or crash is killed. */
export const isKilled = ({ status }) => ['Killed', 'Timeout', 'RuntimeError'].includes(status)
export const isSurvivor = ({ status }) => ['Survived', 'NoCoverage'].includes(status)

/** A mutant in readable form: its place, the code before, and the code after. */
export function describe ({ fileName, location: { start, end }, replacement, status, statusReason }) {
  const lines = readFileSync(fileName, 'utf8').split('\n')
  const before = lines[start.line - 1].slice(0, start.column - 1)
  const after = lines[end.line - 1].slice(end.column - 1)
  const shorten = text => text.trim().replaceAll(/\s+/g, ' ')
  return {
    file: relative(root, fileName),
    line: start.line,
    was: shorten(lines.slice(start.line - 1, end.line).join('\n')),
    becomes: shorten(before + replacement + after),
    status,
    reason: statusReason
  }
}
