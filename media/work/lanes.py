"""Fair lanes: whose job is next, decided inside Redis. A lane is what waits for one source of one cloud in one queue.

Walk::

    ENQUEUE   a proxy asks for what has to be made
      ├ a job of that id is there, or its outcome was just told    nothing new. If it waits in another cloud's lane, it
      │                                                            waits in this one's, too: the earlier turn counts
      ├ the source, the cloud or the queue has too many waiting    refused
      └ the message, and its id at the end of its lane             then OFFER
    OFFER     RQ's own list of the queue is empty: one id into it. Each cloud in turn, in it each source in turn, in its
              lane the first that still waits
      ── RQ takes it from its list, the worker offers the next, then does the job ──
    RETURN    RQ tries a job again, or its worker died: to the end of its own lane
    RESCUE    any worker, every few seconds: what was offered, is in no list and was not begun: RETURN

Each is one script: whoever dies in the middle leaves an id in one place. The message tells which counts (``place``): an
id in a lane of a job that is offered, begun, done or forgotten is passed over. So a new lane waits for one job of each
lane that was there before, however long they are.

What an earlier release enqueued stands in RQ's list and is taken from there. An earlier release's worker takes what is
offered, one for each request that asks again: start new workers before new proxies.

Keys begin with ``cutout:lanes:<queue>:``. ``clouds`` and ``cloud:<cloud>`` list who has something waiting, in turn;
``source:<name>:<cloud>`` is a lane; ``waiting`` counts by cloud; ``offered`` holds ids that RQ's list was given, each
with the time at which it was first missed there.
"""

from dataclasses import dataclass

#: Between taking a job and beginning it a worker needs milliseconds.
LOST_AFTER_SECONDS = 10

# How ENQUEUE answers.
NEW = b"new"
KNOWN = b"known"
FULL_SOURCE = b"source"
FULL_CLOUD = b"cloud"
FULL_QUEUE = b"queue"


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose turn a job takes: a cloud, and the digest of one of its sources.

    ``has_hints``: what is asked for with hints or fine edges, of which each source has hundreds, waits in a lane beside
    that of the ordinary cutout.
    """

    cloud: str
    source: str
    has_hints: bool = False

    @property
    def name(self) -> str:
        """Unique in its cloud."""
        return f"{self.source}+" if self.has_hints else self.source


def waiting_key(queue: str) -> str:
    """The hash that counts what waits in lanes, by cloud."""
    return f"cutout:lanes:{queue}:waiting"


_COMMON = """
local function key(queue, ...) return table.concat({'cutout:lanes:' .. queue, ...}, ':') end
local function message(id) return 'rq:job:' .. id end
local function list_of(queue) return 'rq:queue:' .. queue end

local function wait(queue, cloud, source, id)
  if redis.call('RPUSH', key(queue, 'source', source, cloud), id) == 1
    and redis.call('RPUSH', key(queue, 'cloud', cloud), source) == 1 then
    redis.call('RPUSH', key(queue, 'clouds'), cloud)
  end
  redis.call('HINCRBY', key(queue, 'waiting'), cloud, 1)
end

local function waits(id)
  local job = redis.call('HMGET', message(id), 'place', 'status')
  return job[1] == 'lane' and job[2] == 'queued'
end

local function first_of_lane(queue, cloud, source)
  local id
  repeat
    id = redis.call('LPOP', key(queue, 'source', source, cloud))
    if id then redis.call('HINCRBY', key(queue, 'waiting'), cloud, -1) end
  until not id or waits(id)
  return id
end

local function first_of_cloud(queue, cloud)
  local id, source
  repeat
    source = redis.call('LPOP', key(queue, 'cloud', cloud))
    id = source and first_of_lane(queue, cloud, source)
    if source and redis.call('EXISTS', key(queue, 'source', source, cloud)) == 1 then
      redis.call('RPUSH', key(queue, 'cloud', cloud), source)
    end
  until id or not source
  return id
end

local function first_of_queue(queue)
  local id, cloud
  repeat
    cloud = redis.call('LPOP', key(queue, 'clouds'))
    id = cloud and first_of_cloud(queue, cloud)
    if cloud and redis.call('EXISTS', key(queue, 'cloud', cloud)) == 1 then
      redis.call('RPUSH', key(queue, 'clouds'), cloud)
    elseif cloud then
      redis.call('HDEL', key(queue, 'waiting'), cloud)
    end
  until id or not cloud
  return id
end

local function offer(queue)
  if redis.call('LLEN', list_of(queue)) > 0 then return end
  local id = first_of_queue(queue)
  if not id then return end
  redis.call('HSET', message(id), 'place', 'offered')
  redis.call('ZADD', key(queue, 'offered'), 0, id)
  redis.call('RPUSH', list_of(queue), id)
end

local function give_back(queue, id)
  local lane = redis.call('HMGET', message(id), 'cloud', 'source')
  redis.call('ZREM', key(queue, 'offered'), id)
  if lane[1] and lane[2] then
    redis.call('HSET', message(id), 'place', 'lane')
    wait(queue, lane[1], lane[2], id)
  else
    redis.call('RPUSH', list_of(queue), id)
  end
  offer(queue)
end

local function rescue(queue, id)
  local offered, now = key(queue, 'offered'), tonumber(redis.call('TIME')[1])
  local job = redis.call('HMGET', message(id), 'status', 'place')
  if job[1] ~= 'queued' or job[2] == 'lane' then return redis.call('ZREM', offered, id) end
  if redis.call('LPOS', list_of(queue), id) then return redis.call('ZADD', offered, 0, id) end
  local missed = tonumber(redis.call('ZSCORE', offered, id) or 0)
  if missed == 0 then return redis.call('ZADD', offered, now, id) end
  if now - missed >= LOST_AFTER_SECONDS then give_back(queue, id) end
end
""".replace("LOST_AFTER_SECONDS", str(LOST_AFTER_SECONDS))

#: ARGV: queues.
OFFER = f"{_COMMON} for _, queue in ipairs(ARGV) do offer(queue) end"

#: ARGV: queue, job id.
RETURN = f"{_COMMON} give_back(ARGV[1], ARGV[2])"

#: ARGV: queue.
RESCUE = f"""{_COMMON}
for _, id in ipairs(redis.call('ZRANGE', key(ARGV[1], 'offered'), 0, -1)) do rescue(ARGV[1], id) end
offer(ARGV[1])
"""

#: KEYS: outcome stream, counters, RQ's set of queues. ARGV: queue, job id, cloud, source, seconds to live, most for the
#: source (0: any number), for the cloud (the same), for the queue, name of the counter, fields of RQ's message.
ENQUEUE = f"""{_COMMON}
local queue, id, cloud, source, ttl = unpack(ARGV, 1, 5)
local most_source, most_cloud, most = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])

local function wait_for_known()
  local job = redis.call('HMGET', message(id), 'origin', 'place', 'cloud')
  local home = job[1] or queue
  if job[2] ~= 'lane' then
    rescue(home, id)
  elseif job[3] ~= cloud and redis.call('HSETNX', message(id), 'also:' .. cloud, 1) == 1 then
    wait(home, cloud, source, id)
  end
  offer(home)
end

local function waiting()
  local sum = redis.call('LLEN', list_of(queue))
  for _, each in ipairs(redis.call('HVALS', key(queue, 'waiting'))) do sum = sum + tonumber(each) end
  return sum
end

local function has(count, bound) return bound > 0 and count >= bound end

if redis.call('EXISTS', message(id)) == 1 then
  wait_for_known()
  return 'known'
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 'known' end
if has(redis.call('LLEN', key(queue, 'source', source, cloud)), most_source) then return 'source' end
if has(tonumber(redis.call('HGET', key(queue, 'waiting'), cloud) or 0), most_cloud) then return 'cloud' end
if waiting() >= most then return 'queue' end
redis.call('HSET', message(id), 'place', 'lane', 'cloud', cloud, 'source', source, unpack(ARGV, 10))
redis.call('EXPIRE', message(id), ttl)
redis.call('SADD', KEYS[3], list_of(queue))
redis.call('HINCRBY', KEYS[2], ARGV[9], 1)
wait(queue, cloud, source, id)
offer(queue)
return 'new'
"""
