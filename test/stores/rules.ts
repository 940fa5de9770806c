import { boundRules } from './bound-rules.js'
import { changeRules } from './change-rules.js'
import { pageRules } from './page-rules.js'
import { stepRules } from './step-rules.js'
import type { StoreRule } from './store-rule.js'

/** What every store does, whatever it keeps its documents in. */
export const rules: Record<string, StoreRule> = { ...stepRules, ...pageRules, ...boundRules, ...changeRules }
