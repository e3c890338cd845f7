/**
 * The buckets and slots of one key in Redis: one script, so that no two processes take the same room. Time is that of
 * Redis, which all processes share; where it was put back, what was written before counts from now on. It gives: why it
 * was refused (empty: it was not), and what is filled afterwards.
 *
 * KEYS: the buckets (a hash) and the slots (a sorted set, scored by when each ends). They expire when they are empty.
 * ARGV: what to do (`take`, `give` or `look`), the limits of requests, tokens and concurrency (0: none), the tokens to add
 * (with a sign), the slot, how long a slot lasts in milliseconds, and one that the process holds (empty: none). Where that one does not stand
 * here, it takes nothing and gives `forgotten`.
 *
 * Buckets say by which limits they run empty: those of the last request that took. What ends, by limits that may have changed
 * since, drains nothing by its own.
 */
export const RATE_SCRIPT = `
local act, rpm, tpm, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local tokens, slot, lease, holds = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7]), ARGV[8]
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local stored = redis.call('HMGET', KEYS[1], 'requests', 'tokens', 'at', 'rpm', 'tpm')
if act == 'give' then rpm, tpm = tonumber(stored[4]) or rpm, tonumber(stored[5]) or tpm end
local at = tonumber(stored[3]) or now
local elapsed = math.max(0, now - at)
if at > now then redis.call('HSET', KEYS[1], 'at', string.format('%.3f', now)) end
local function left(filled, limit)
  if limit == 0 then return 0 end
  return math.max(0, (tonumber(filled) or 0) - elapsed * limit / 60000)
end
local requests, used = left(stored[1], rpm), left(stored[2], tpm)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
for _, ahead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. string.format('%.3f', now + lease), '+inf')) do
  redis.call('ZADD', KEYS[2], now + lease, ahead)
end
local running = redis.call('ZCARD', KEYS[2])
local function wait(more, filled, limit)
  if limit == 0 or filled + more <= limit + 0.000001 then return 0 end
  return math.ceil((filled + more - limit) * 60000 / limit)
end
local by, after = '', 0
if act == 'take' then
  local waits, waitt = wait(1, requests, rpm), wait(tokens, used, tpm)
  if holds ~= '' and not redis.call('ZSCORE', KEYS[2], holds) then by = 'forgotten'
  elseif most > 0 and running >= most then by, after = 'concurrency', 1000
  elseif waits > 0 and waits >= waitt then by, after = 'requestsPerMinute', waits
  elseif waitt > 0 then by, after = 'tokensPerMinute', waitt end
end
if act ~= 'look' and by == '' then
  if act == 'take' then
    requests = requests + (rpm > 0 and 1 or 0)
    if most > 0 then
      redis.call('ZADD', KEYS[2], now + lease, slot)
      redis.call('PEXPIRE', KEYS[2], lease)
      running = running + 1
    end
  else
    running = running - redis.call('ZREM', KEYS[2], slot)
  end
  used = tpm > 0 and math.max(0, used + tokens) or 0
  local empty = math.ceil(math.max(rpm > 0 and requests * 60000 / rpm or 0, tpm > 0 and used * 60000 / tpm or 0))
  if empty > 0 then
    redis.call('HSET', KEYS[1], 'requests', string.format('%.6f', requests), 'tokens', string.format('%.6f', used), 'at', string.format('%.3f', now), 'rpm', string.format('%.0f', rpm), 'tpm', string.format('%.0f', tpm))
    redis.call('PEXPIRE', KEYS[1], empty)
  else
    redis.call('DEL', KEYS[1])
  end
end
return { by, after, string.format('%.6f', requests), string.format('%.6f', used), running }
`;

/** Says that slots of one key are still in use. KEYS: its slots; ARGV: how long they last, and each of them. */
export const RENEW_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return #ARGV - 1
`;
