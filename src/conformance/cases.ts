import type { Case } from './case.js'
import { bodies } from './cases/bodies.js'
import { casing } from './cases/casing.js'
import { errors } from './cases/errors.js'
import { idempotencyKeys } from './cases/idempotency/keys.js'
import { parameters } from './cases/idempotency/parameters.js'
import { replay } from './cases/idempotency/replay.js'
import { keys } from './cases/keys.js'
import { order } from './cases/order.js'
import { updateBody } from './cases/update-session/body.js'
import { updateFields } from './cases/update-session/fields.js'
import { metadataLimits } from './cases/update-session/metadata-limits.js'
import { metadataMerge } from './cases/update-session/metadata.js'
import { updateResponse } from './cases/update-session/response.js'
import { versions } from './cases/versions.js'

/** A case and its topic. */
export interface TopicalCase extends Case {
  topic: string
}

/** The cases by topic, first those of one operation and then those that all share. A topic is named like the file of its cases. */
const topics: Readonly<Record<string, readonly Case[]>> = {
  'update-session/fields': updateFields,
  'update-session/metadata': metadataMerge,
  'update-session/metadata-limits': metadataLimits,
  'update-session/body': updateBody,
  'update-session/response': updateResponse,
  'bodies': bodies,
  'casing': casing,
  'versions': versions,
  'keys': keys,
  'idempotency/replay': replay,
  'idempotency/parameters': parameters,
  'idempotency/keys': idempotencyKeys,
  'errors': errors,
  'order': order
}

/** All cases, in the order in which they run. */
export const cases: readonly TopicalCase[] = Object.entries(topics).flatMap(([topic, cases]) => cases.map(one => ({ topic, ...one })))
