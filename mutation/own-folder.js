// Loaded into each test process. Gives each its own folder for tap's test directories: processes that share one delete each other's.
import { join } from 'node:path'

process.env['TAP_CWD'] = join(process.cwd(), '.tap', String(process.pid))
