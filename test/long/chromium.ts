import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** A browser of this machine: the one that `CHROMIUM` names, or one in `PATH`. */
export const chromiumPath = process.env['CHROMIUM'] ??
  String(process.env['PATH']).split(delimiter).flatMap(folder => names.map(name => join(folder, name))).find(existsSync)

/** The options of tests that need a browser. A developer may have none; in CI, .ci/run installs one. */
export const needsChromium = chromiumPath === undefined ? { skip: 'there is no Chromium: install one, or set CHROMIUM to its path' } : {}
