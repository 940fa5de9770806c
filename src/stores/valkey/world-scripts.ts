import { script } from './scripts.js'

/** Begins a world, whose counters are KEYS[1], as one that expires after ARGV[1] milliseconds. */
export const beginScript = script(`
redis.call('HSET', KEYS[1], 'revision', 0, 'documents', 0, 'settings', 0, 'retired', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`)

/** Finds the present world KEYS[1], and reads the settings ARGV from KEYS[2], those of the world that the process knows. */
export const presentScript = script(`
return { redis.call('TIME'), redis.call('GET', KEYS[1]), redis.call('HMGET', KEYS[2], unpack(ARGV)) }
`)

/**
 * Makes another world the present one, if ARGV[1] still is; it is empty when there is none. KEYS[1] has which one it is. Then come the
 * counters, the journal and the settings of the new world ARGV[2], the same of the old one, the ARGV[3] keys of the new world, and those
 * of the old one, which expires after ARGV[4] milliseconds. Further arguments are names of settings: with some, the new world gets these
 * settings and a copy of the journal. Returns 1; 0 when another world is present.
 */
export const switchScript = script(`
local call, count = redis.call, tonumber(ARGV[3])
if (call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
local meta, journal, settings, oldMeta, oldJournal, oldSettings = unpack(KEYS, 2, 7)
call('HDEL', meta, 'retired')
for n = 8, 7 + count do call('PERSIST', KEYS[n]) end
if ARGV[1] ~= '' and call('EXISTS', oldMeta) == 1 then
  if ARGV[5] then
    call('COPY', oldJournal, journal, 'REPLACE')
    local names = { 'journal:id', 'journal:bytes', 'journal:dropped', 'journal:revision', 'journal:removals' }
    for n, value in ipairs(call('HMGET', oldMeta, unpack(names))) do
      if value then call('HSET', meta, names[n], value) end
    end
    for n = 5, #ARGV do
      local value = call('HGET', oldSettings, ARGV[n])
      if value then call('HSET', settings, ARGV[n], value) end
    end
  end
  call('HSET', oldMeta, 'retired', 1)
  for n = 8 + count, #KEYS do call('PEXPIRE', KEYS[n], ARGV[4]) end
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
