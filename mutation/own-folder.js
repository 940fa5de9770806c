// Loaded into each process of a test. tap's fixtures get a folder for each: in one, processes at the same time remove each other's.
import { join } from 'node:path'

process.env['TAP_CWD'] = join(process.cwd(), '.tap', String(process.pid))
