export { Journal as MemoryJournal } from '../domain/journal/journal.js'
