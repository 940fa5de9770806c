#!/usr/bin/env node
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { help, readCommandLine } from './command-line.js'
import { comparisons } from './comparisons.js'
import { InvalidRun } from './invalid-run.js'
import { chooseLoad } from './load/load.js'
import { describeMachine } from './machine.js'
import { pinBench } from './pinning.js'
import { stopAll } from './server.js'
import { allSubjects, prepareSubjects } from './subjects/subjects.js'
import { formatRow, formatTable } from './table.js'

const settings = readCommandLine(process.argv.slice(2))
if (settings === undefined) console.log(help(comparisons))
else await compare(settings)

/** Makes one comparison after the other. When one fails, its row says why, and the others go on. */
async function compare (settings) {
  pinBench(settings)
  const load = chooseLoad(settings)
  const rows = []
  const header = describeMachine(settings, load, allSubjects)
  try {
    await prepareSubjects(settings)
    for (const { id, what, measure } of comparisons.filter(({ id, peer }) => isWanted(id, peer, settings))) {
      console.error(`${new Date().toISOString().slice(11, 19)} ${id}`)
      const results = await measure({ settings, load }).catch(error => {
        if (!(error instanceof InvalidRun)) console.error(error)
        return { what, problem: error.message }
      })
      for (const row of [results].flat()) {
        rows.push(row)
        console.error(formatRow(row))
      }
    }
  } finally {
    await stopAll()
  }
  console.log(`${header}\n\n${formatTable(rows)}`)
  if (settings.json !== undefined) {
    mkdirSync(dirname(settings.json), { recursive: true })
    writeFileSync(settings.json, `${JSON.stringify({ settings, header, rows }, null, 2)}\n`)
  }
  if (rows.some(({ problem }) => problem !== undefined)) process.exitCode = 1
}

/** `--only prism` means `prism`, `prism-ready`, and `prism-idle`. */
function isWanted (id, peer, { only, skipPeers }) {
  if (peer && skipPeers) return false
  return only.length === 0 || only.some(name => id === name || id.startsWith(`${name}-`))
}
