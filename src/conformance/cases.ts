import type { Case } from './case.js'
import { body } from './cases/body.js'
import { casing } from './cases/casing.js'
import { errors } from './cases/errors.js'
import { idempotency } from './cases/idempotency.js'
import { keys } from './cases/keys.js'
import { metadata } from './cases/metadata.js'
import { order } from './cases/order.js'
import { session } from './cases/session.js'
import { update } from './cases/update.js'
import { versions } from './cases/versions.js'

/** A case and what it is about. */
export interface TopicalCase extends Case {
  topic: string
}

/** All cases, in the order in which they are run. */
export const cases: readonly TopicalCase[] = Object
  .entries({ update, metadata, session, body, casing, versions, keys, idempotency, errors, order })
  .flatMap(([topic, cases]) => cases.map(one => ({ topic, ...one })))
