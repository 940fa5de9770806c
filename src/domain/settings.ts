import { type ClockSetting, runningClock } from './clock.js'
import { type FaultsSetting, noFaults } from './faults/faults.js'
import { type RateLimitsSetting, noRateLimits } from './rate-limits.js'
import type { Found, Store } from './store.js'
import { type WebhooksSetting, sentAfterwards } from './webhooks/webhooks.js'

/** What is set in a world, and nearly every request needs: one document each, which a store keeps at hand. */
export interface Settings {
  clock: ClockSetting
  faults: FaultsSetting
  rateLimits: RateLimitsSetting
  webhooks: WebhooksSetting
}
export type SettingName = keyof Settings

/** The settings of a world in which nothing was set. A store has them until others are put. */
export const initialSettings: Settings = { clock: runningClock, faults: noFaults, rateLimits: noRateLimits, webhooks: sentAfterwards }

/** A setting among those that a step has read. */
export function settingIn<N extends SettingName> ({ settings }: Found<{ settings: readonly string[] }>, name: N): Settings[N] {
  return (settings.find(setting => setting?.id === name) ?? initialSettings[name]) as Settings[N]
}

/** Changes a setting, as one step, and returns it. */
export async function changeSetting<N extends SettingName> (
  store: Store, name: N, change: (before: Settings[N], now: number) => Settings[N]
): Promise<Settings[N]> {
  const { after } = await store.transact({ settings: [name] }, (found, now) => {
    const after = change(settingIn(found, name), now)
    return { puts: { settings: [after] }, after }
  })
  return after
}
