import type { ClockSetting } from './clock.js'
import type { FaultsSetting } from './faults/faults.js'
import type { RateLimitsSetting } from './rate-limits.js'
import type { Found, Store } from './store.js'
import type { WebhooksSetting } from './webhooks/webhooks.js'

/** The settings of a world, which nearly every request needs. Each is one document, which a store caches. */
export interface Settings {
  clock: ClockSetting
  faults: FaultsSetting
  rateLimits: RateLimitsSetting
  webhooks: WebhooksSetting
}
export type SettingName = keyof Settings

/** The initial settings of a world. A store has them until others are put. */
export const initialSettings: Settings = {
  clock: { id: 'clock', offset: 0, frozenAt: null },
  faults: { id: 'faults', lastId: 0, rules: [] },
  rateLimits: { id: 'rateLimits', isSet: false, round: 0 },
  webhooks: { id: 'webhooks', held: false, timing: 'after' }
}

/** The settings that stay when a state is restored. */
export const keptSettings = ['faults', 'webhooks'] as const satisfies readonly SettingName[]

/** A setting among those that a step has read. */
export function settingIn<N extends SettingName> ({ settings }: Found<{ settings: readonly string[] }>, name: N): Settings[N] {
  return (settings.find(setting => setting?.id === name) ?? initialSettings[name]) as Settings[N]
}

/** Changes a setting, as one step. If `change` returns the same object, nothing is written. */
export async function changeSetting<N extends SettingName> (
  store: Store, name: N, change: (before: Settings[N]) => Settings[N]
): Promise<Settings[N]> {
  const { after } = await store.transact({ settings: [name] }, found => {
    const before = settingIn(found, name)
    const after = change(before)
    return after === before ? { after } : { puts: { settings: [after] }, after }
  })
  return after
}
