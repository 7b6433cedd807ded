-- The account of one rate, as book.rs keeps it. Times are microseconds on the server's clock.
-- KEYS[1]: the account. ARGV: how long the permits take, a gap, a hold (0: none), how long permits are relied on, how long it is kept;
-- and in one, how long from now whoever asks has permits, and of which epoch.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local span, gap, hold = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local relied_on, kept = tonumber(ARGV[4]), tonumber(ARGV[5])
local reserved, of_epoch = string.match(ARGV[6], '(%d+) (%d+)')
reserved, of_epoch = tonumber(reserved), tonumber(of_epoch)
local book = redis.call('HMGET', KEYS[1], 'next', 'held', 'epoch', 'seen')
local next, held = tonumber(book[1]), tonumber(book[2])
local epoch, seen = tonumber(book[3]), tonumber(book[4])
local is_new = not (next and held and epoch and seen)
if is_new then
  next, held, epoch = now + relied_on + gap, 0, now
elseif seen > now then
  next, held = next - (seen - now), held - (seen - now)
end
local passed_over = of_epoch == epoch and now + reserved > next
if passed_over then
  next = now + reserved
end
if hold > 0 and now + hold > held then
  held, epoch = now + hold, math.max(now, epoch + 1)
  next = math.max(held, now + relied_on + gap)
end
local at = math.max(next, now)
if span > 0 then
  next = at + span
end
if is_new or passed_over or span > 0 or hold > 0 then
  local text = function(number) return string.format('%.0f', math.max(number, 0)) end
  redis.call('HSET', KEYS[1], 'next', text(next), 'held', text(held), 'epoch', text(epoch), 'seen', text(now))
  redis.call('PEXPIRE', KEYS[1], text((math.max(next, held) - now + kept) / 1000))
end
return { at - now, epoch, math.max(held - now, 0), now }
