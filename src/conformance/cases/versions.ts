import type { Case } from '../case.js'
import { accepted, detailMentions, error, header, problemsAt, status } from '../expectations.js'

const asking = (version: string | null) => ({ headers: { 'Verifa-Version': version }, body: {} })

/** The header Verifa-Version. */
export const versions: readonly Case[] = [
  {
    name: 'no version is the one pinned to the key',
    mark: 'DOC',
    says: 'Verifa-Version: If omitted, the version pinned to your API key is used.',
    steps: [{ ...asking(null), expect: [accepted] }]
  },
  {
    name: 'the current version is accepted',
    mark: 'DOC',
    says: 'The current version is 2026-01-01.',
    steps: [{ ...asking('2026-01-01'), expect: [accepted] }]
  },
  {
    name: 'the version of the page\'s example is accepted',
    mark: 'DOC',
    says: 'Verifa-Version: API version date string (e.g. 2026-02-01).',
    steps: [{ ...asking('2026-02-01'), expect: [accepted] }]
  },
  {
    name: 'the answer says which version was used',
    mark: 'DECIDED',
    says: 'The answer carries the version used in Verifa-Version.',
    steps: [null, '2026-01-01'].map(version => ({ ...asking(version), expect: [accepted, header('Verifa-Version', '2026-01-01')] }))
  },
  {
    name: 'a later date is accepted and means the newest version not after it',
    mark: 'DECIDED',
    says: 'Any later date is accepted, and means the newest known version not after it.',
    steps: ['2026-02-01', '2099-12-31'].map(version => ({ ...asking(version), expect: [status(200), header('Verifa-Version', '2026-01-01')] }))
  },
  {
    name: 'a version before the first is retired: a 400 that names the current one',
    mark: 'DECIDED',
    says: 'Before 2026-01-01 is a 400 bad_request that names the current version.',
    steps: ['2025-12-31', '2000-02-29'].map(version => ({ ...asking(version), expect: [error(400, 'bad_request'), detailMentions(version, '2026-01-01')] }))
  },
  {
    name: 'what is no calendar date is a 422',
    mark: 'DECIDED',
    says: 'What is no calendar date is a 422.',
    steps: ['latest', '2026-02-30', '2026-1-1', '2026-01-01T00:00:00Z', '2025-13-01', ''].map(version => ({
      ...asking(version), expect: [error(422, 'validation_error'), problemsAt(['header', 'Verifa-Version'])]
    }))
  }
]
