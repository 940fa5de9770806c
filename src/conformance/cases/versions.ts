import type { Case, Expectation, Step } from '../case.js'
import { detailMentions, error, problemsAt } from '../expectations/errors.js'
import { header, status, success } from '../expectations/response.js'
import { readSession } from './update-session/request.js'

const CURRENT = '2026-01-01'

function withVersion (version: string | null, ...expect: Expectation[]): Step {
  return readSession({ headers: { 'Verifa-Version': version }, expect })
}

/** The header Verifa-Version. */
export const versions: readonly Case[] = [
  {
    name: 'a request without a version is accepted',
    mark: 'DOC',
    says: 'Verifa-Version: If omitted, the version pinned to your API key is used.',
    steps: [withVersion(null, success)]
  },
  {
    name: 'the current version is accepted',
    mark: 'DOC',
    says: 'The current version is 2026-01-01.',
    steps: [withVersion(CURRENT, success)]
  },
  {
    name: 'the version in the page\'s example is accepted',
    mark: 'DOC',
    says: 'Verifa-Version: API version date string (e.g. 2026-02-01).',
    steps: [withVersion('2026-02-01', success)]
  },
  {
    name: 'the response names the version that was used',
    mark: 'DECIDED',
    says: 'The response carries the version that was used in Verifa-Version.',
    steps: [null, CURRENT].map(version => withVersion(version, success, header('Verifa-Version', CURRENT)))
  },
  {
    name: 'a later date is accepted and means the newest version not after it',
    mark: 'DECIDED',
    says: 'Any later date is accepted and means the newest known version not after it.',
    steps: ['2026-02-01', '2099-12-31'].map(version => withVersion(version, status(200), header('Verifa-Version', CURRENT)))
  },
  {
    name: 'a retired version is a 400 that names the current one',
    mark: 'DECIDED',
    says: 'A date before 2026-01-01 is a 400 bad_request that names the current version.',
    steps: ['2025-12-31', '2000-02-29'].map(version => withVersion(version, error(400, 'bad_request'), detailMentions(version, CURRENT)))
  },
  {
    name: 'a value that is not a calendar date is a 422',
    mark: 'DECIDED',
    says: 'A value that is not a calendar date is a 422.',
    steps: ['latest', '2026-02-30', '2026-1-1', '2026-01-01T00:00:00Z', '2025-13-01', ''].map(version =>
      withVersion(version, error(422, 'validation_error'), problemsAt(['header', 'Verifa-Version'])))
  }
]
