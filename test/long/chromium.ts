import { findProgram } from './find-program.js'

/** A browser of this machine: the one that `CHROMIUM` names, or one in `PATH`. */
export const chromiumPath = process.env['CHROMIUM'] ?? findProgram('chromium', 'chromium-browser', 'google-chrome')

/** The options of tests that need a browser. A developer may have none; in CI, .ci/run installs one. */
export const needsChromium = chromiumPath === undefined ? { skip: 'there is no Chromium: install one, or set CHROMIUM to its path' } : {}
