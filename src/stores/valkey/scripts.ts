import { createHash } from 'node:crypto'
import { REVISION_DIGITS } from './layout.js'

/** A script that runs in the engine, as one atomic step. It does not read or write JSON: Lua would turn `[]` into `{}`. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export function script (text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** The pattern of the ID in a member of an index. It begins at the start: one that is tried from each byte on takes quadratic time. */
const idInMember = '\'^[^%z]*%z[^%z]*%z(.*)$\''

/**
 * Reads documents. KEYS[1] is the hash of settings. ARGV is a list of reads, each with the number of its key:
 *   ids KEY N ID…                             the documents with some IDs
 *   all KEY                                   all documents
 *   range KEY INDEX MIN MAX OFFSET LIMIT REV  those of a range of the index; also how many it has, and the member that was read last
 * The reply has the time, the clock, and then one element for each read.
 */
export const readScript = script(`
local reply = { redis.call('TIME'), redis.call('HGET', KEYS[1], 'clock') }
local i = 1
while ARGV[i] do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  if kind == 'ids' then
    local count = tonumber(ARGV[i + 2])
    reply[#reply + 1] = redis.call('HMGET', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'all' then
    reply[#reply + 1] = redis.call('HVALS', key)
    i = i + 2
  else
    local index, min, max, offset, limit = KEYS[tonumber(ARGV[i + 2])], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
    local members
    if ARGV[i + 7] == '1' then
      members = redis.call('ZRANGE', index, max, min, 'BYLEX', 'REV', 'LIMIT', offset, limit)
    else
      members = redis.call('ZRANGE', index, min, max, 'BYLEX', 'LIMIT', offset, limit)
    end
    local found = {}
    for first = 1, #members, 1000 do
      local ids = {}
      for at = first, math.min(first + 999, #members) do ids[#ids + 1] = string.match(members[at], ${idInMember}) end
      for _, value in ipairs(redis.call('HMGET', key, unpack(ids))) do found[#found + 1] = value end
    end
    reply[#reply + 1] = { redis.call('ZLEXCOUNT', index, min, max), members[#members] or false, found }
    i = i + 8
  end
end
return reply
`)

/**
 * Writes what a step has decided, if nothing of what it has read was changed meanwhile. KEYS[1] is the hash of counters. ARGV has checks
 * first:
 *   check KEY N (ID VERSION)…        that documents have these versions; - where there is none
 *   size KEY N                       that a collection has so many documents
 *   count INDEX MIN MAX N            that a range of an index has so many members
 *   go DOCUMENTS SETTINGS            1 or 0: whether the revision of the documents, and that of the settings, grows
 * and then writes:
 *   put KEY N (ID CREATED VALUE)…    CREATED of a new document is + and its position
 *   delete KEY N ID…
 *   add INDEX N (BEFORE AFTER)…      the revision comes between the two, unless AFTER is empty
 *   remove INDEX N MEMBER…
 *   bound KEY INDEX NAME MAX MAXBYTES GROWTH NOW   evicts the oldest, and counts those that have not expired
 *   wake CHANNEL TEXT
 * Returns the revision; 0 when something has changed; -1 when the world is gone.
 * A world that was replaced expires, and so does what is still written to it.
 */
export const commitScript = script(`
local call = redis.call
local i = 1
while ARGV[i] ~= 'go' do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  if kind == 'check' then
    local count, ids = tonumber(ARGV[i + 2]), {}
    for n = 1, count do ids[n] = ARGV[i + 1 + 2 * n] end
    local found = call('HMGET', key, unpack(ids))
    for n = 1, count do
      local value, version = found[n], ARGV[i + 2 + 2 * n]
      if not value then
        if version ~= '-' then return 0 end
      elseif string.sub(value, 1, #version + 1) ~= version .. ' ' then
        return 0
      end
    end
    i = i + 3 + 2 * count
  elseif kind == 'size' then
    if call('HLEN', key) ~= tonumber(ARGV[i + 2]) then return 0 end
    i = i + 3
  else
    if call('ZLEXCOUNT', key, ARGV[i + 2], ARGV[i + 3]) ~= tonumber(ARGV[i + 4]) then return 0 end
    i = i + 5
  end
end

local world = call('HMGET', KEYS[1], 'revision', 'retired')
if not world[1] then return -1 end
local revision = string.format('%d', world[1] + 1)
local place = string.format('%0${REVISION_DIGITS}d', revision)
local counters = { 'revision', revision }
if ARGV[i + 1] == '1' then counters[3], counters[4] = 'documents', revision end
if ARGV[i + 2] == '1' then counters[#counters + 1] = 'settings' counters[#counters + 1] = revision end
call('HSET', KEYS[1], unpack(counters))
i = i + 3

while ARGV[i] do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  local count, list = tonumber(ARGV[i + 2]), {}
  if kind == 'put' then
    for n = 1, count do
      local at = i + 3 * n
      local created = ARGV[at + 1]
      if string.sub(created, 1, 1) == '+' then created = place .. string.sub(created, 2) end
      list[2 * n - 1], list[2 * n] = ARGV[at], revision .. ' ' .. created .. ' ' .. ARGV[at + 2]
    end
    call('HSET', key, unpack(list))
    i = i + 3 + 3 * count
  elseif kind == 'delete' then
    call('HDEL', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'add' then
    for n = 1, count do
      local before, after = ARGV[i + 1 + 2 * n], ARGV[i + 2 + 2 * n]
      list[2 * n - 1], list[2 * n] = 0, after == '' and before or before .. place .. after
    end
    call('ZADD', key, unpack(list))
    i = i + 3 + 2 * count
  elseif kind == 'remove' then
    call('ZREM', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'wake' then
    call('PUBLISH', ARGV[i + 1], ARGV[i + 2])
    i = i + 3
  else
    local index, name = KEYS[count], ARGV[i + 3]
    local max, maxBytes, now = tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5]), tonumber(ARGV[i + 7])
    local size, bytes, freed, evicted = call('HLEN', key), call('HINCRBY', KEYS[1], name .. ':bytes', ARGV[i + 6]), 0, 0
    while size > max or (bytes - freed > maxBytes and size > 1) do
      local member = call('ZRANGE', index, 0, 0)[1]
      local id = string.match(member, ${idInMember})
      local itsBytes, expiry = string.match(call('HGET', key, id), '^%S+ %S+ (%S+) (%S+) ')
      call('HDEL', key, id)
      call('ZREM', index, member)
      size, freed = size - 1, freed + itsBytes
      if expiry == '-' or tonumber(expiry) > now then evicted = evicted + 1 end
    end
    if freed > 0 then call('HINCRBY', KEYS[1], name .. ':bytes', string.format('%d', -freed)) end
    if evicted > 0 then call('HINCRBY', KEYS[1], name .. ':evicted', evicted) end
    i = i + 8
  end
end

if world[2] then
  local rest = call('PTTL', KEYS[1])
  for n = 2, #KEYS do call('PEXPIRE', KEYS[n], rest) end
end
return tonumber(revision)
`)

/** Takes the lease KEYS[1] for ARGV[1], or renews it, for ARGV[2] milliseconds. Returns 1 when ARGV[1] has it. */
export const leaseScript = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`)

/** Gives the lease KEYS[1] up, if ARGV[1] has it. */
export const releaseScript = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`)

/** Begins a world, whose counters are KEYS[1], as one that expires after ARGV[1] milliseconds. */
export const beginScript = script(`
redis.call('HSET', KEYS[1], 'revision', 0, 'documents', 0, 'settings', 0, 'retired', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`)

/** Finds the present world KEYS[1], and reads the settings KEYS[2] of the one that the process knows, ARGV by their names. */
export const presentScript = script(`
return { redis.call('TIME'), redis.call('GET', KEYS[1]), redis.call('HMGET', KEYS[2], unpack(ARGV)) }
`)

/**
 * Makes another world the present one, if ARGV[1] still is; it is empty when there is none. KEYS[1] has which one it is; then come the
 * ARGV[4] keys of the new world ARGV[2], then those of the old one, each with its counters and its journal first. With ARGV[3] = 1 the new
 * world gets a copy of the journal. The old world expires after ARGV[5] milliseconds. Returns 1; 0 when another one is present.
 */
export const switchScript = script(`
local call, count = redis.call, tonumber(ARGV[4])
if (call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
local meta, journal, oldMeta, oldJournal = KEYS[2], KEYS[3], KEYS[2 + count], KEYS[3 + count]
call('HDEL', meta, 'retired')
for n = 2, 1 + count do call('PERSIST', KEYS[n]) end
if ARGV[1] ~= '' and call('EXISTS', oldMeta) == 1 then
  if ARGV[3] == '1' then
    call('COPY', oldJournal, journal, 'REPLACE')
    local names = { 'journal:id', 'journal:bytes', 'journal:dropped', 'journal:revision', 'journal:removals' }
    for n, value in ipairs(call('HMGET', oldMeta, unpack(names))) do
      if value then call('HSET', meta, names[n], value) end
    end
  end
  call('HSET', oldMeta, 'retired', 1)
  for n = 2 + count, 1 + 2 * count do call('PEXPIRE', KEYS[n], ARGV[5]) end
end
call('SET', KEYS[1], ARGV[2])
return 1
`)

/** Ends the present world KEYS[1], if it is ARGV[1]: its keys, from KEYS[3] on, expire after ARGV[2] milliseconds. */
export const endScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('HSET', KEYS[3], 'retired', 1) end
for n = 3, #KEYS do redis.call('PEXPIRE', KEYS[n], ARGV[2]) end
return 1
`)

/**
 * Adds the entry ARGV[1], of ARGV[2] bytes, to the journal KEYS[2], whose counters are in KEYS[1]. It keeps at most ARGV[3] entries and
 * ARGV[4] bytes, but always the newest. Returns the ID of the entry; 0 when the world is gone.
 */
export const addExchangeScript = script(`
local call, meta, journal = redis.call, KEYS[1], KEYS[2]
local world = call('HMGET', meta, 'revision', 'retired', 'journal:id', 'journal:bytes', 'journal:dropped', 'journal:revision')
if not world[1] then return 0 end
local id, bytes, dropped = (world[3] or 0) + 1, (world[4] or 0) + ARGV[2], tonumber(world[5] or 0)
call('XADD', journal, string.format('%d-0', id), 'bytes', ARGV[2], 'entry', ARGV[1])
local size, first = call('XLEN', journal), nil
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

/** Reads the journal KEYS[2] from the ID ARGV[1] on, with its counters: the oldest ID, how often entries were removed. */
export const listExchangesScript = script(`
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return { oldest and oldest[1] or '', redis.call('HGET', KEYS[1], 'journal:removals') or '0', redis.call('XRANGE', KEYS[2], ARGV[1], '+') }
`)

/** Removes the entries ARGV from the journal KEYS[2], as far as they are there. */
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
