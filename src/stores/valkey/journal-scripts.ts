import { script } from './scripts.js'

/**
 * Adds the entry ARGV[1], of ARGV[2] bytes, to the journal KEYS[2], whose counters are in KEYS[1]. It keeps at most ARGV[3] entries and
 * ARGV[4] bytes, but always the newest. Returns the ID of the entry, or 0 if the world no longer exists.
 */
export const addExchangeScript = script(`
local call, meta, journal = redis.call, KEYS[1], KEYS[2]
local world = call('HMGET', meta, 'revision', 'retired', 'journal:id', 'journal:bytes', 'journal:dropped', 'journal:revision')
if not world[1] then return 0 end
local id, bytes, dropped = (world[3] or 0) + 1, (world[4] or 0) + ARGV[2], tonumber(world[5] or 0)
call('XADD', journal, string.format('%d-0', id), 'bytes', ARGV[2], 'entry', ARGV[1])
local size = call('XLEN', journal)
while size > tonumber(ARGV[3]) or (bytes > tonumber(ARGV[4]) and size > 1) do
  local oldest = call('XRANGE', journal, '-', '+', 'COUNT', 1)[1]
  call('XDEL', journal, oldest[1])
  size, bytes, dropped = size - 1, bytes - oldest[2][2], dropped + 1
end
call('HSET', meta, 'journal:id', string.format('%d', id), 'journal:bytes', string.format('%d', bytes),
  'journal:dropped', string.format('%d', dropped), 'journal:revision', string.format('%d', (world[6] or 0) + 1))
if world[2] then call('PEXPIRE', journal, call('PTTL', meta)) end
return id
`)

/** Reads the journal KEYS[2] from the ID ARGV[1] on, with its counters: the oldest ID, and how often entries were removed. */
export const listExchangesScript = script(`
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return { oldest and oldest[1] or '', redis.call('HGET', KEYS[1], 'journal:removals') or '0', redis.call('XRANGE', KEYS[2], ARGV[1], '+') }
`)

/** Removes the entries ARGV from the journal KEYS[2], and ignores those that do not exist. */
export const removeExchangesScript = script(`
local freed = 0
for _, id in ipairs(ARGV) do
  local entry = redis.call('XRANGE', KEYS[2], id, id)[1]
  if entry then
    freed = freed + entry[2][2]
    redis.call('XDEL', KEYS[2], id)
  end
end
redis.call('HINCRBY', KEYS[1], 'journal:bytes', string.format('%d', -freed))
redis.call('HINCRBY', KEYS[1], 'journal:removals', 1)
return redis.call('HINCRBY', KEYS[1], 'journal:revision', 1)
`)

/** Empties the journal KEYS[2]. IDs count from 1 again. */
export const clearExchangesScript = script(`
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'journal:id', 'journal:bytes', 'journal:dropped')
redis.call('HINCRBY', KEYS[1], 'journal:removals', 1)
return redis.call('HINCRBY', KEYS[1], 'journal:revision', 1)
`)
