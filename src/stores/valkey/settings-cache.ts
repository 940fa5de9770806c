import { initialSettings, type SettingName, type Settings } from '../../domain/settings.js'
import { parseStored, type Stored } from './layout.js'

/** The settings of a world as they were last read. */
export class SettingsCache {
  /** Each with the text from which it was parsed; empty if the text is unknown. */
  readonly #values = new Map<SettingName, { readonly text: string, readonly stored: Stored<Settings[SettingName]> }>()

  get<N extends SettingName> (name: N): Settings[N] {
    return (this.stored(name)?.document ?? initialSettings[name]) as Settings[N]
  }

  /** The setting as stored in the engine; `undefined` if it was never put. */
  stored (name: SettingName): Stored<Settings[SettingName]> | undefined {
    return this.#values.get(name)?.stored
  }

  /** Takes a setting that was just read. Most settings have not changed, and do not have to be parsed. */
  take (name: SettingName, text: string | null): void {
    if (text === null) this.#values.delete(name)
    else if (this.#values.get(name)?.text !== text) this.#values.set(name, { text, stored: parseStored(text) })
  }

  /** Takes settings that a step has read. */
  takeAll (read: ReadonlyMap<string, Stored<unknown> | undefined>): void {
    for (const [name, stored] of read) {
      if (stored === undefined) this.#values.delete(name as SettingName)
      else this.#values.set(name as SettingName, { text: '', stored: stored as Stored<Settings[SettingName]> })
    }
  }

  /** Takes a setting that this process has written, and its version. */
  put (document: Settings[SettingName], version: string): void {
    this.#values.set(document.id, { text: '', stored: { version, created: '', bytes: 0, document } })
  }
}
