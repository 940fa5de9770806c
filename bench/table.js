import { median } from './rounds.js'

const number = (value, digits) => value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits })

const formats = {
  'ratio': value => `${number(value, 2)}×`,
  'per second': value => `${number(value, 0)}/s`,
  'bytes': value => `${number(value, 0)} B`,
  'megabytes': value => `${number(value / 1024 / 1024, 1)} MiB`,
  'milliseconds': value => `${number(value, value < 10 ? 2 : 0)} ms`
}

const columns = ['what', 'against', 'median', 'min', 'max', 'target', 'met', 'the mock', 'the other', 'rounds', 'disturbed']

/** All rows as one markdown table. */
export function formatTable (rows) {
  return [line(columns), line(columns.map(() => '---')), ...rows.map(formatRow)].join('\n')
}

export function formatRow (row) {
  return line(cells(row))
}

function line (texts) {
  return `| ${texts.join(' | ')} |`
}

function cells ({ what, against = '–', problem, values, unit, of, target, mock, other, invalid, disturbed }) {
  if (problem !== undefined) return [what, against, `not measured: ${problem.replace(/\s+/g, ' ').replaceAll('|', '/').slice(0, 300)}`, ...Array(columns.length - 3).fill('–')]
  const format = formats[unit]
  const middle = median(values)
  return [
    what,
    against,
    `**${format(middle)}**`,
    format(Math.min(...values)),
    format(Math.max(...values)),
    target === undefined ? '–' : target.min === undefined ? `≤ ${format(target.max)}` : `≥ ${format(target.min)}`,
    target === undefined ? '–' : middle >= (target.min ?? -Infinity) && middle <= (target.max ?? Infinity) ? 'yes' : '**no**',
    mock === undefined ? '–' : formats[of](mock),
    other === undefined ? '–' : formats[of](other),
    invalid?.length > 0 ? `${values.length}, ${invalid.length} discarded` : `${values.length}`,
    disturbed === undefined ? '–' : `${number(disturbed * 100, 0)} %`
  ]
}
